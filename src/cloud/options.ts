import type { PlanId, Region } from '../contract/index.ts';
import type { ProviderSettings } from './providers/settings.ts';

export type SignUpMode = 'open' | 'invite' | 'closed' | 'bootstrap';

/** Something worth telling the operator. Never holds a secret, a name of a file or its content. */
export type CloudLog = (level: 'info' | 'warn' | 'error', message: string, details?: Readonly<Record<string, unknown>>) => void;

export interface PlanRow {
  readonly id: PlanId;
  readonly storageBytes: number;
  /** null: no stated limit. */
  readonly devices: number | null;
  /** Whether phones and tablets are counted; as it was, or all, when not said. */
  readonly devicesCounted?: 'all' | 'computers';
  /** null: set by the operator. */
  readonly pricePerYearUsd: number | null;
  /** Of the content of files; null, or not given: no cap. */
  readonly uploadBytesPerSecond?: number | null;
  readonly downloadBytesPerSecond?: number | null;
}

/** Requests a minute, where nothing else is said. */
export interface RateLimits {
  /** Sign-up and sign-in, per address. */
  readonly signIn: number;
  /** Failed sign-ins of one e-mail in 15 minutes, whatever the address; five times as many in a day. */
  readonly failedSignIn: number;
  /** Codes asked for, per address. */
  readonly code: number;
  /** Refresh and sign-out, per address. */
  readonly token: number;
  /** Everything else: per account, or per address for those who are not signed in. */
  readonly request: number;
}

/** Where mail goes out: to a server that sends it on, or into a folder, for tests and trials. */
export type MailOptions = { readonly smtp: string; readonly from: string } | { readonly folder: string };

/** Where text messages go out: to a gateway, or into a folder. */
export type SmsOptions = ({ readonly webhook: string; readonly secret: string } | { readonly folder: string }) & {
  /** Two letters of ISO 3166-1 each: the only countries that messages go to. Left out: none is left out. */
  readonly countries?: readonly string[];
};

export interface CloudOptions {
  /** Absolute path; made (owner-only) when it does not exist. One process at a time. */
  readonly dataDir: string;
  /** Absolute path of the server's key, outside `dataDir`; made when neither it nor any data exists. */
  readonly keyFile?: string;
  /** The server's key itself, 32 bytes, for those who keep it in a key ring. Goes before `keyFile`. */
  readonly serverKey?: Buffer;
  readonly region: Region;
  /** Address of the cloud of the other region, offered to whoever has no account here. Nothing is ever sent there. */
  readonly otherRegion?: string;
  /** Plan of new accounts. Default `free`. */
  readonly plan?: PlanId;
  /** The catalogue of plans from now on, instead of the one before; kept in the database. */
  readonly plans?: readonly PlanRow[];
  /** The drive of an account without sign-in or sync is kept for ever. Otherwise it goes after half a year, and after warnings. */
  readonly keepsInactive?: boolean;
  readonly signUp: SignUpMode;
  /** What `bootstrap` asks of whoever signs up. */
  readonly bootstrapSecret?: string;
  /** Without it no codes go by mail, and an e-mail address that signs up with a password is believed. */
  readonly mail?: MailOptions;
  readonly sms?: SmsOptions;
  /** Other services whose accounts sign in. Those of the other region are refused. */
  readonly providers?: ProviderSettings;
  readonly version: string;
  readonly log?: CloudLog;
  /** Milliseconds since the epoch. Decides expiry, never order. */
  readonly now?: () => number;
  /** Source of ids that are no secrets (nodes' revisions, accounts, devices). Secrets always come from node:crypto. */
  readonly randomId?: () => string;
  readonly rateLimits?: Partial<RateLimits>;
  /** Blocks that no commit uses yet may fill the account's free room and this much more. */
  readonly uncommittedSlackBytes?: number;
  /** A database of places in the MaxMind format. Without one the list of devices tells networks only. */
  readonly geoDb?: string;
  /** PEM. With both, the server speaks HTTPS only. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** One proxy in front does TLS; the last address of X-Forwarded-For, which it appends, is believed. */
  readonly behindProxy?: boolean;
  /** How long `close()` lets requests finish before their connections are cut. */
  readonly drainMs?: number;
}
