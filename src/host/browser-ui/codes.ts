import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long an address can be used to open the first page. */
export const CODE_MS = 60_000;
/** How long a page that is not connected can come back (reload, sleep). */
export const SESSION_MS = 24 * 60 * 60_000;
const MAX_CODES = 20;
const MAX_SESSIONS = 100;

export type Redeemed = { readonly session: string } | { readonly refused: 'unknown' };

/**
 * Who may talk to the browser UI. A code is used once, within a minute, and becomes a session; both are kept as hashes,
 * so that a memory dump or a log of this table opens nothing.
 */
export class BrowserCodes {
  readonly #now: () => number;
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  /** @param now ms, monotonic */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A fresh code for the fragment of an address. */
  mint(): string {
    const code = randomBytes(32).toString('base64url');
    this.#put(this.#codes, code, CODE_MS, MAX_CODES);
    return code;
  }

  redeemCode(code: string): Redeemed {
    const known = this.#find(this.#codes, code);
    if (known === undefined) return { refused: 'unknown' };
    this.#codes.delete(known);
    const session = randomBytes(32).toString('base64url');
    this.#put(this.#sessions, session, SESSION_MS, MAX_SESSIONS);
    return { session };
  }

  resume(session: string): Redeemed {
    const known = this.#find(this.#sessions, session);
    if (known === undefined) return { refused: 'unknown' };
    this.#sessions.delete(known);
    this.#sessions.set(known, this.#now() + SESSION_MS);
    return { session };
  }

  #put(table: Map<string, number>, secret: string, lifeMs: number, max: number): void {
    table.set(hash(secret), this.#now() + lifeMs);
    for (const key of table.keys()) {
      if (table.size <= max) break;
      table.delete(key);
    }
  }

  #find(table: Map<string, number>, secret: string): string | undefined {
    const wanted = Buffer.from(hash(secret));
    for (const [key, expires] of table) {
      if (expires <= this.#now()) table.delete(key);
      else if (timingSafeEqual(Buffer.from(key), wanted)) return key;
    }
    return undefined;
  }
}

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
