import { minuteMs } from '../../base/index.ts';
import { type ErrorData, type Session, type Terms, TidemarkError, toErrorData } from '../../contract/index.ts';
import type { Clock, Log, SecretStore } from '../environment.ts';
import type { CloudApi, Credentials } from './api.ts';

/** Name of the refresh token in the profile's secret store. */
export const REFRESH_TOKEN_SECRET = 'refresh-token';

export interface SessionOptions {
  readonly cloud: CloudApi;
  readonly environment: { readonly secrets: SecretStore; readonly clock: Clock; readonly log: Log };
  /** What the plan allows and how long the cloud keeps the documents, told with every new token. */
  readonly onTerms?: (terms: Terms) => void;
  /** The session is over (signed out from afar, expired, account gone). Called once; the secret is already forgotten. */
  readonly onEnded: (reason: ErrorData) => void;
  /** How far the wall clock of this machine is ahead of the cloud's, in ms, as each answer with a token shows. */
  readonly onClock?: (aheadMs: number) => void;
}

/** A token is renewed this long before it ends. */
const EARLY_MS = minuteMs;
/** An answer tells the clock of the cloud to within this. */
const LONGEST_WAY_MS = minuteMs;

/** Keeps this device signed in: the refresh token in the secret store, the access token in memory only. */
export class SessionKeeper implements Credentials {
  readonly #cloud: CloudApi;
  readonly #secrets: SecretStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onTerms: (terms: Terms) => void;
  readonly #onEnded: (reason: ErrorData) => void;
  readonly #onClock: (aheadMs: number) => void;
  #access: { readonly token: string; readonly renewAtMs: number } | undefined;
  /** Newer than the store's while the store could not be written. */
  #refreshToken: string | undefined;
  #unsaved = false;
  /** What the store has, as far as that is known. */
  #stored: string | undefined;
  #refreshing: Promise<string> | undefined;
  /** Counts sign-ins and sign-outs: what was asked before one says nothing about who is signed in after it. */
  #epoch = 0;
  #ended: TidemarkError | undefined;

  constructor(options: SessionOptions) {
    this.#cloud = options.cloud;
    this.#secrets = options.environment.secrets;
    this.#clock = options.environment.clock;
    this.#log = options.environment.log;
    this.#onTerms = options.onTerms ?? (() => undefined);
    this.#onEnded = options.onEnded;
    this.#onClock = options.onClock ?? (() => undefined);
  }

  /** Takes over a session that sign-in or sign-up has just made. Throws when the secret store cannot keep it; then nothing changed. */
  async adopt(session: Session): Promise<void> {
    this.#leave();
    await this.#secrets.set(REFRESH_TOKEN_SECRET, session.refreshToken);
    this.#ended = undefined;
    this.#remember(session, this.#clock.now());
    this.#unsaved = false;
    this.#stored = session.refreshToken;
  }

  async accessToken(signal?: AbortSignal): Promise<string> {
    if (signal?.aborted === true) throw new TidemarkError('aborted');
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#access !== undefined && this.#clock.monotonic() < this.#access.renewAtMs) return this.#access.token;
    // One refresh for all who wait: a second one with the same token would look like theft to the cloud.
    if (this.#refreshing === undefined) {
      const mine = this.#refresh().finally(() => {
        if (this.#refreshing === mine) this.#refreshing = undefined;
      });
      this.#refreshing = mine;
    }
    return untilAborted(this.#refreshing, signal);
  }

  refused(accessToken: string): void {
    if (this.#access?.token === accessToken) this.#access = undefined;
  }

  /** The refresh token to revoke at sign-out; null when there is none. */
  async refreshToken(): Promise<string | null> {
    return this.#refreshToken ?? (await this.#secrets.get(REFRESH_TOKEN_SECRET));
  }

  /** Forgets both tokens here, e.g. after sign-out. Further calls throw `not_signed_in`. */
  async forget(): Promise<void> {
    this.#ended = new TidemarkError('not_signed_in');
    this.#leave();
    this.#clear();
    await this.#secrets.delete(REFRESH_TOKEN_SECRET);
  }

  async #refresh(): Promise<string> {
    const epoch = this.#epoch;
    // One that could not be stored is never shown: the stored one is good until a successor of it was, and a restart has no other.
    const refreshToken = (this.#unsaved ? this.#stored : undefined) ?? (await this.refreshToken());
    if (refreshToken === null) throw new TidemarkError('not_signed_in');
    let session: Session;
    const askedAt = this.#clock.now();
    try {
      session = await this.#cloud.refresh(refreshToken);
    } catch (error) {
      // After a lost reply the same token is shown again at the next call; the cloud bears that.
      if (epoch === this.#epoch && error instanceof TidemarkError && error.kind.reaction === 'sign_in') await this.#end(error);
      throw error;
    }
    if (epoch !== this.#epoch) throw new TidemarkError('not_signed_in');
    this.#stored = refreshToken;
    this.#remember(session, askedAt);
    await this.#save();
    return session.accessToken;
  }

  /** @param askedAt wall clock */
  #remember(session: Session, askedAt: number): void {
    // Both by the clock of the cloud: that of this machine may be wrong.
    const lifetimeMs = session.accessExpiresAt - session.issuedAt - EARLY_MS;
    // Of a token that looks spent at once the cloud's refusal tells, so that none is asked for at every call.
    const renewAtMs = lifetimeMs > 0 ? this.#clock.monotonic() + lifetimeMs : Number.POSITIVE_INFINITY;
    this.#access = { token: session.accessToken, renewAtMs };
    const now = this.#clock.now();
    // Of an answer that was long on its way, or came before the machine slept, nothing follows.
    if (Math.abs(now - askedAt) <= LONGEST_WAY_MS) this.#onClock(now - session.issuedAt);
    this.#unsaved ||= this.#refreshToken !== session.refreshToken;
    this.#refreshToken = session.refreshToken;
    this.#onTerms(session);
  }

  /** A locked key ring must not end a session that works: the token is kept in memory and written with the next one. */
  async #save(): Promise<void> {
    if (!this.#unsaved || this.#refreshToken === undefined) return;
    const token = this.#refreshToken;
    try {
      await this.#secrets.set(REFRESH_TOKEN_SECRET, token);
      if (this.#refreshToken !== token) return;
      this.#unsaved = false;
      this.#stored = token;
    } catch (error) {
      this.#log.warn('the refresh token could not be stored', { ...toErrorData(error) });
    }
  }

  async #end(error: TidemarkError): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    const epoch = this.#epoch;
    this.#clear();
    try {
      await this.#secrets.delete(REFRESH_TOKEN_SECRET);
    } catch (cause) {
      this.#log.warn('the refresh token could not be removed', { ...toErrorData(cause) });
    }
    if (epoch === this.#epoch) this.#onEnded(toErrorData(error));
  }

  /** Who waits for a refresh now waits in vain. */
  #leave(): void {
    this.#epoch += 1;
    this.#refreshing = undefined;
  }

  #clear(): void {
    this.#access = undefined;
    this.#refreshToken = undefined;
    this.#stored = undefined;
    this.#unsaved = false;
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new TidemarkError('aborted'));
    };
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
