import type { Readable, Writable } from 'node:stream';

/** Everything of the terminal that a command touches. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}
