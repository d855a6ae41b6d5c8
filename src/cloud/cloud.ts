import type { Accounts } from './accounts/accounts.ts';

export interface ListenOptions {
  /** Loopback, unless TLS is on or a proxy in front does it. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** A cloud on its data directory. */
export interface Cloud {
  /** Throws `port_in_use` or `host_not_loopback`. Once only. */
  listen(options: ListenOptions): Promise<{ readonly url: string }>;
  /** Ends long-polls, lets requests finish, closes the database and gives the directory free. Calling it again waits for the same end. */
  close(): Promise<void>;
  /** OpenAPI 3.1. */
  openApiDocument(): Readonly<Record<string, unknown>>;
  /** A single-use invite for sign-up mode `invite`; valid for 30 days. */
  newInvite: Accounts['entrance']['newInvite'];
  /** Drops what has had its time. Runs by itself at start and every few hours. */
  maintain(): Promise<void>;
}
