import { createHash, timingSafeEqual } from 'node:crypto';
import { minuteMs, secondMs } from '../../base/index.ts';
import {
  type Authorization,
  type AuthorizeRequest,
  type DeviceAuthorization,
  type ErrorCode,
  type ErrorParams,
  type Grant,
  isErrorCode,
  type Provider,
  type Session,
  TidemarkError,
} from '../../contract/index.ts';
import type { Clock, Loopback, Random } from '../environment.ts';
import { backPage } from './back-page.ts';
import { timesHere } from './times-here.ts';

/** More than a person has open at a time; the oldest goes. */
const MOST_OPEN = 8;
const LONGEST_MS = 10 * minuteMs;
/** RFC 8628, 3.5. */
const SLOWER_MS = 5 * secondMs;

export interface SignInsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly loopback: Loopback;
}

type Begin<T> = { readonly id: string } & T;

interface Begun {
  readonly server: string;
  readonly grant: Promise<Grant>;
  /** Device flow only: how often to ask, and until when on the monotonic clock. */
  readonly device?: { readonly intervalMs: number; readonly overAtMs: number };
  readonly abort: AbortController;
}

/** What the cloud may have said through the browser; anything else is not its answer. */
const OF_BROWSERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'provider_not_offered',
  'provider_refused',
  'provider_unreachable',
  'provider_answer_invalid',
  'provider_mismatch',
  'provider_not_recent',
  'sign_in_expired',
  'sign_in_used',
]);

/**
 * Sign-ins that are under way in a browser. Their secrets are in memory alone: what is not finished when the engine stops is begun
 * again.
 */
export class SignIns {
  readonly #options: SignInsOptions;
  readonly #open = new Map<string, Begun>();

  constructor(options: SignInsOptions) {
    this.#options = options;
  }

  /** Waits for the browser from now on. @param authorize tells the cloud; what it throws is thrown, and nobody waits then */
  async beginBrowser(
    server: string,
    provider: Provider,
    authorize: (request: AuthorizeRequest) => Promise<Authorization>,
  ): Promise<Begin<Authorization>> {
    const { clock, random, loopback } = this.#options;
    const [verifier, state] = [random.id() + random.id(), random.id()];
    const { promise, resolve, reject } = Promise.withResolvers<Grant>();
    // Whoever asks for it is told; nobody has to.
    promise.catch(() => undefined);
    const listener = await loopback(random.id(), (query, languages) => {
      // Of somebody else, or of an earlier one: the browser that was sent may still come.
      if (!isSame(query.get('state') ?? '', state)) {
        return { status: 400, html: backPage(languages, { code: 'sign_in_not_begun', params: {} }) };
      }
      const answer = readAnswer(query, verifier);
      if (answer instanceof TidemarkError) reject(answer);
      else resolve(answer);
      return { status: 200, html: backPage(languages, answer instanceof TidemarkError ? answer : undefined) };
    });
    let authorization: Authorization;
    try {
      const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
      authorization = await authorize({ provider, redirectUri: listener.address, state, codeChallenge });
    } catch (error) {
      listener.close();
      throw error;
    }
    const abort = new AbortController();
    const forget = clock.timer(LONGEST_MS, () => reject(new TidemarkError('sign_in_unfinished')));
    abort.signal.addEventListener('abort', () => reject(new TidemarkError('aborted')), { once: true });
    void promise
      .catch(() => undefined)
      .finally(() => {
        forget();
        listener.close();
      });
    return this.#shown(this.#keep({ server, grant: promise, abort }), authorization);
  }

  /** @param authorize tells the cloud of the device */
  async beginDevice(server: string, authorize: () => Promise<DeviceAuthorization>): Promise<Begin<DeviceAuthorization>> {
    const authorization = await authorize();
    const { deviceCode, intervalMs, issuedAt, expiresAt } = authorization;
    const grant: Grant = { kind: 'device', deviceCode };
    const device = { intervalMs, overAtMs: this.#options.clock.monotonic() + expiresAt - issuedAt };
    return this.#shown(this.#keep({ server, grant: Promise.resolve(grant), device, abort: new AbortController() }), authorization);
  }

  /** What the browser brought; waits for it. Throws what came instead, `sign_in_unfinished`, `aborted`, `sign_in_used`. */
  async grant(id: string, server: string): Promise<Grant> {
    return this.#find(id, server).grant;
  }

  /**
   * A session with it. Where a person has to agree elsewhere first, asks again and again, not more often than the cloud said.
   * Throws what the cloud says, and `sign_in_expired`, `aborted`.
   */
  async session(id: string, server: string, signIn: (grant: Grant) => Promise<Session>): Promise<Session> {
    const { grant, device, abort } = this.#find(id, server);
    if (device === undefined) return signIn(await grant);
    const { clock } = this.#options;
    for (let waitMs = device.intervalMs; ;) {
      await clock.sleep(waitMs, abort.signal);
      try {
        return await signIn(await grant);
      } catch (error) {
        if (!(error instanceof TidemarkError)) throw error;
        const next = nextWait(error, waitMs);
        if (next === undefined) throw error;
        if (clock.monotonic() + next >= device.overAtMs) throw new TidemarkError('sign_in_expired');
        waitMs = next;
      }
    }
  }

  /** It led to something: nobody needs it any more. */
  done(id: string): void {
    this.#open.delete(id);
  }

  cancel(id: string): void {
    this.#open.get(id)?.abort.abort();
    this.#open.delete(id);
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.cancel(id);
  }

  #shown<T extends Authorization | DeviceAuthorization>(id: string, authorization: T): Begin<T> {
    const here = timesHere(this.#options.clock, authorization.issuedAt);
    return { id, ...authorization, expiresAt: here(authorization.expiresAt) };
  }

  #keep(begun: Begun): string {
    const id = this.#options.random.id();
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MOST_OPEN && oldest !== undefined) this.cancel(oldest);
    this.#open.set(id, begun);
    return id;
  }

  #find(id: string, server: string): Begun {
    const begun = this.#open.get(id);
    // What one cloud said is told to no other.
    if (begun?.server !== server) throw new TidemarkError('sign_in_used');
    return begun;
  }
}

function readAnswer(query: URLSearchParams, verifier: string): Grant | TidemarkError {
  const code = query.get('code');
  if (code !== null) return { kind: 'browser', code, verifier };
  const error = query.get('error') ?? '';
  const provider = query.get('provider');
  const params: ErrorParams = provider === null ? {} : { provider: provider.slice(0, 20) };
  return new TidemarkError(isErrorCode(error) && OF_BROWSERS.has(error) ? error : 'sign_in_used', params);
}

/** RFC 8628, 3.5: how long until it is asked again; undefined: it is over. */
function nextWait(error: TidemarkError, waitMs: number): number | undefined {
  switch (error.code) {
    case 'authorization_pending':
      return waitMs;
    case 'slow_down':
      return waitMs + SLOWER_MS;
    case 'rate_limited':
    case 'cloud_unavailable':
    case 'cloud_unreachable':
    case 'cloud_timeout':
    case 'cloud_failed': {
      const { retryAfterMs } = error.params;
      return Math.max(waitMs, typeof retryAfterMs === 'number' ? retryAfterMs : 0);
    }
    default:
      return undefined;
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
