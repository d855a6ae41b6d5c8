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
}

/** A token is renewed this long before it ends. */
const EARLY_MS = minuteMs;

/** Keeps this device signed in: the refresh token in the secret store, the access token in memory only. */
export class SessionKeeper implements Credentials {
  readonly #cloud: CloudApi;
  readonly #secrets: SecretStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onTerms: (terms: Terms) => void;
  readonly #onEnded: (reason: ErrorData) => void;
  #access: { readonly token: string; readonly renewAtMs: number } | undefined;
  /** Newer than the store's while the store could not be written. */
  #refreshToken: string | undefined;
  #unsaved = false;
  #refreshing: Promise<string> | undefined;
  #ended: TidemarkError | undefined;

  constructor(options: SessionOptions) {
    this.#cloud = options.cloud;
    this.#secrets = options.environment.secrets;
    this.#clock = options.environment.clock;
    this.#log = options.environment.log;
    this.#onTerms = options.onTerms ?? (() => undefined);
    this.#onEnded = options.onEnded;
  }

  /** Takes over a session that sign-in or sign-up has just made. Throws when the secret store cannot keep it; then nothing changed. */
  async adopt(session: Session): Promise<void> {
    await this.#secrets.set(REFRESH_TOKEN_SECRET, session.refreshToken);
    this.#ended = undefined;
    this.#remember(session);
    this.#unsaved = false;
  }

  async accessToken(signal?: AbortSignal): Promise<string> {
    if (signal?.aborted === true) throw new TidemarkError('aborted');
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#access !== undefined && this.#clock.monotonic() < this.#access.renewAtMs) return this.#access.token;
    // One refresh for all who wait: a second one with the same token would look like theft to the cloud.
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
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
    this.#clear();
    await this.#secrets.delete(REFRESH_TOKEN_SECRET);
  }

  async #refresh(): Promise<string> {
    const refreshToken = await this.refreshToken();
    if (refreshToken === null) throw new TidemarkError('not_signed_in');
    let session: Session;
    try {
      session = await this.#cloud.refresh(refreshToken);
    } catch (error) {
      // After a lost reply the same token is shown again at the next call; the cloud bears that once.
      if (error instanceof TidemarkError && error.kind.reaction === 'sign_in') await this.#end(error);
      throw error;
    }
    if (this.#ended !== undefined) throw this.#ended;
    this.#remember(session);
    await this.#save();
    return session.accessToken;
  }

  #remember(session: Session): void {
    const lifetimeMs = session.accessExpiresAt - this.#clock.now() - EARLY_MS;
    // A local clock that is far ahead would make every token look spent: then the cloud's refusal tells, not the clock.
    const renewAtMs = lifetimeMs > 0 ? this.#clock.monotonic() + lifetimeMs : Number.POSITIVE_INFINITY;
    this.#access = { token: session.accessToken, renewAtMs };
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
      if (this.#refreshToken === token) this.#unsaved = false;
    } catch (error) {
      this.#log.warn('the refresh token could not be stored', { ...toErrorData(error) });
    }
  }

  async #end(error: TidemarkError): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#clear();
    try {
      await this.#secrets.delete(REFRESH_TOKEN_SECRET);
    } catch (cause) {
      this.#log.warn('the refresh token could not be removed', { ...toErrorData(cause) });
    }
    this.#onEnded(toErrorData(error));
  }

  #clear(): void {
    this.#access = undefined;
    this.#refreshToken = undefined;
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
