// pino-roll comes without types; this is the part that is used.
declare module 'pino-roll' {
  import type { Writable } from 'node:stream';

  interface RollOptions {
    readonly file: string;
    readonly extension?: string;
    readonly size?: string;
    readonly limit?: { readonly count: number; readonly removeOtherLogFiles?: boolean };
    readonly mkdir?: boolean;
    readonly mode?: number;
  }
  export default function roll(options: RollOptions): Promise<Writable>;
}
