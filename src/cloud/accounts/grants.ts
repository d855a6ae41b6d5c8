import { createHash, createHmac, type KeyObject, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import {
  type Authorization,
  type AuthorizeRequest,
  type DeviceAuthorization,
  type DeviceInfo,
  type Grant,
  type Provider,
  providerNames,
  TidemarkError,
} from '../../contract/index.ts';
import { minuteMs, secondMs } from '../../base/index.ts';
import type { AuthorizationCatalogue, AuthorizationOutcome, AuthorizationRecord } from '../catalogue.ts';
import { digestOf } from '../ids.ts';
import type { CloudLog } from '../options.ts';
import type { CoarseAddress } from './places.ts';
import type { SignInProvider, Trip } from '../providers/provider.ts';

/** For so long a browser may be away, a device may wait, and what came of it may be handed in. */
export const GRANT_MS = 10 * minuteMs;
const POLL_MS = 5 * secondMs;
/** No vowels, so that no words come out; nothing that looks like something else. 34 bits (RFC 8628, 6.1). */
const USER_CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE_LENGTH = 8;

export interface GrantsOptions {
  readonly catalogue: AuthorizationCatalogue;
  readonly providers: ReadonlyMap<Provider, SignInProvider>;
  /** Keeps typed codes from being guessed from a copy of the database, and makes the secrets of a trip from its state. */
  readonly key: KeyObject;
  /** Where browsers reach this cloud. Throws `public_url_missing`. */
  readonly publicUrl: () => string;
  readonly now: () => number;
  readonly log: CloudLog;
}

/** What a browser is sent away with. */
export interface Departure {
  readonly url: string;
  /** Tells the browser that left from any other when it comes back. */
  readonly cookie: TripCookie;
}
export interface TripCookie {
  readonly name: string;
  readonly value: string;
}

/** Where a browser goes after a trip: back to the program that sent it, or nowhere, when a device waits elsewhere. */
export type Arrival = { readonly to: string } | { readonly done: AuthorizationRecord } | { readonly failed: TidemarkError };

/** Who finished a sign-in. It is used up by whoever does something with it. */
export interface Granted extends AuthorizationOutcome {
  readonly no: number;
}

/** Sign-ins that a person finishes in a browser. Throws TidemarkError with the code of the answer. */
export class Grants {
  readonly #options: GrantsOptions;

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  get providers(): readonly Provider[] {
    return [...this.#options.providers.keys()];
  }

  /** RFC 9126: what is asked for stays here, and the address holds a name for it alone. */
  async begin(request: AuthorizeRequest, purpose: AuthorizationRecord['purpose'], accountNo: number | null): Promise<Authorization> {
    const { catalogue, now, publicUrl } = this.#options;
    this.#provider(request.provider);
    const base = publicUrl();
    const at = now();
    const name = randomBytes(32).toString('base64url');
    await catalogue.add({
      ...blank,
      flow: 'browser',
      purpose,
      accountNo,
      request: digestOf(name),
      provider: request.provider,
      redirectUri: request.redirectUri,
      clientState: request.state,
      codeChallenge: request.codeChallenge,
      createdAt: at,
      expiresAt: at + GRANT_MS,
    });
    return { url: `${base}/v1/auth/authorize?request=${name}`, issuedAt: at, expiresAt: at + GRANT_MS };
  }

  /** RFC 8628, 3.1 and 3.2. @param place where the device asks from, as the person is shown it */
  async beginDevice(device: DeviceInfo, place: CoarseAddress | null): Promise<DeviceAuthorization> {
    const { catalogue, now, publicUrl } = this.#options;
    const base = publicUrl();
    const at = now();
    const deviceCode = randomBytes(32).toString('base64url');
    const letters = Array.from({ length: USER_CODE_LENGTH }, () => USER_CODE_LETTERS[randomInt(USER_CODE_LETTERS.length)]).join('');
    const userCode = `${letters.slice(0, 4)}-${letters.slice(4)}`;
    await catalogue.add({
      ...blank,
      flow: 'device',
      purpose: 'enter',
      request: digestOf(deviceCode),
      userCode: this.#mac('user code', letters),
      deviceName: device.name,
      platform: device.platform,
      place,
      createdAt: at,
      expiresAt: at + GRANT_MS,
      intervalMs: POLL_MS,
    });
    return {
      deviceCode,
      userCode,
      verificationUri: `${base}/device`,
      verificationUriComplete: `${base}/device?code=${userCode}`,
      issuedAt: at,
      expiresAt: at + GRANT_MS,
      intervalMs: POLL_MS,
    };
  }

  /** The address that the program opened: sends the browser on to the service. */
  async depart(name: string): Promise<Departure> {
    const found = this.#alive(await this.#options.catalogue.find('request', digestOf(name)));
    if (found.flow !== 'browser' || found.provider === null) throw new TidemarkError('sign_in_used');
    return this.beginTrip(found, found.provider);
  }

  async beginTrip(authorization: AuthorizationRecord, id: Provider): Promise<Departure> {
    const provider = this.#provider(id);
    const state = randomBytes(32).toString('hex');
    const browser = randomBytes(32).toString('base64url');
    const url = await provider.authorizeUrl(this.#trip(id, state, authorization));
    await this.#options.catalogue.beginTrip(authorization.no, id, digestOf(state), digestOf(browser));
    return { url, cookie: { name: tripCookie(state), value: browser } };
  }

  /**
   * The browser comes back from a service. Nothing is done before it showed that it is the one that left: somebody else's answer
   * signs nobody in (RFC 9700, 4.7). Throws `sign_in_not_begun` and leaves the sign-in as it is.
   * @param id the service that the address is for
   */
  async arrive(id: Provider, answer: URLSearchParams, cookieOf: (name: string) => string | undefined): Promise<Arrival> {
    const { catalogue, now, log } = this.#options;
    const state = answer.get('state') ?? '';
    const found = await catalogue.find('trip', digestOf(state));
    const browser = cookieOf(tripCookie(state));
    if (
      found?.tripBrowser === undefined ||
      found.tripBrowser === null ||
      browser === undefined ||
      !isSame(digestOf(browser), found.tripBrowser)
    )
      throw new TidemarkError('sign_in_not_begun');
    if (!(await catalogue.endTrip(found.no, digestOf(state)))) throw new TidemarkError('sign_in_not_begun');
    try {
      this.#alive(found);
      if (found.provider !== id) throw new TidemarkError('provider_mismatch', { provider: providerNames[found.provider ?? id] });
      const { subject, label, signedInAt } = await this.#provider(id).identify(answer, this.#trip(id, state, found));
      // Nobody showed anything later than now, whatever the clock of a service says.
      const provedAt = Math.min(signedInAt, now());
      return await this.#settle(found, { kind: id, subject, label, how: 'provider', evidence: null, provedAt });
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      if (error.code !== 'provider_refused') log('warn', 'a sign-in with another service failed', { ...error.params, code: error.code });
      // Whoever waits at a device may try in another way; a program is told.
      if (found.flow === 'device' || found.redirectUri === null) return { failed: error };
      if (error.code !== 'sign_in_expired') await catalogue.settle(found.no, { refusal: error.code }, null, now(), found.expiresAt);
      return { to: backTo(found, { error: error.code, ...detailOf(error) }) };
    }
  }

  /** The device that waits with a code that somebody typed. The page is theirs from now on. Throws `user_code_wrong`. */
  async openPage(typed: string): Promise<{ readonly authorization: AuthorizationRecord; readonly page: string }> {
    const letters = typed.toUpperCase().replaceAll(/[^A-Z]/g, '');
    const found = await this.#options.catalogue.find('user_code', this.#mac('user code', letters));
    if (found === undefined || found.settledAt !== null || found.expiresAt <= this.#options.now())
      throw new TidemarkError('user_code_wrong');
    const page = randomBytes(32).toString('base64url');
    await this.#options.catalogue.openPage(found.no, digestOf(page));
    return { authorization: found, page };
  }

  async byPage(page: string): Promise<AuthorizationRecord> {
    return this.#alive(await this.#options.catalogue.find('page', digestOf(page)));
  }

  /** Somebody at the page showed who they are. */
  async approve(authorization: AuthorizationRecord, outcome: Omit<AuthorizationOutcome, 'provedAt'>): Promise<void> {
    await this.#settle(authorization, { ...outcome, provedAt: this.#options.now() });
  }

  /** Somebody at the page does not know the device. */
  async deny({ no, expiresAt }: AuthorizationRecord): Promise<void> {
    await this.#options.catalogue.settle(no, { refusal: 'sign_in_denied' }, null, this.#options.now(), expiresAt);
  }

  /**
   * Who it is. Good until it is used, so that whoever has no account yet makes one with the same. Throws `authorization_pending`,
   * `slow_down`, `sign_in_expired`, `sign_in_used`, or why nobody was signed in.
   */
  async check(grant: Grant, purpose: AuthorizationRecord['purpose'], accountNo: number | null): Promise<Granted> {
    const found = grant.kind === 'browser' ? await this.#byCode(grant) : await this.#byDeviceCode(grant.deviceCode);
    const { outcome } = found;
    if (found.purpose !== purpose || found.accountNo !== accountNo || outcome === null) throw new TidemarkError('sign_in_used');
    return { ...outcome, no: found.no };
  }

  async use({ no }: Granted): Promise<void> {
    if (!(await this.#options.catalogue.use(no, this.#options.now()))) throw new TidemarkError('sign_in_used');
  }

  async #byCode({ code, verifier }: Extract<Grant, { kind: 'browser' }>): Promise<AuthorizationRecord> {
    const { catalogue, now } = this.#options;
    const found = this.#usable(await catalogue.find('code', digestOf(code)));
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (found.codeChallenge !== null && isSame(challenge, found.codeChallenge)) return found;
    // Somebody else has the code: it is good for nobody any more.
    await catalogue.use(found.no, now());
    throw new TidemarkError('sign_in_used');
  }

  async #byDeviceCode(deviceCode: string): Promise<AuthorizationRecord> {
    const { catalogue, now } = this.#options;
    const found = this.#usable(await catalogue.find('request', digestOf(deviceCode)));
    if (found.flow !== 'device') throw new TidemarkError('sign_in_used');
    if (found.refusal !== null) throw new TidemarkError(found.refusal);
    if (found.settledAt !== null) return found;
    const at = now();
    const isEarly = found.polledAt !== null && at - found.polledAt < found.intervalMs;
    // RFC 8628, 3.5: for this and all later ones.
    await catalogue.polled(found.no, at, isEarly ? found.intervalMs + POLL_MS : found.intervalMs);
    throw new TidemarkError(isEarly ? 'slow_down' : 'authorization_pending');
  }

  #usable(found: AuthorizationRecord | undefined): AuthorizationRecord {
    if (found === undefined || found.usedAt !== null) throw new TidemarkError('sign_in_used');
    if (found.expiresAt <= this.#options.now()) throw new TidemarkError('sign_in_expired');
    return found;
  }

  #alive(found: AuthorizationRecord | undefined): AuthorizationRecord {
    const usable = this.#usable(found);
    if (usable.settledAt !== null) throw new TidemarkError('sign_in_used');
    return usable;
  }

  async #settle(found: AuthorizationRecord, outcome: AuthorizationOutcome): Promise<Arrival> {
    const { catalogue, now } = this.#options;
    const at = now();
    const code = found.flow === 'browser' ? randomBytes(32).toString('base64url') : null;
    if (!(await catalogue.settle(found.no, outcome, code === null ? null : digestOf(code), at, at + GRANT_MS)))
      throw new TidemarkError('sign_in_used');
    return code === null ? { done: found } : { to: backTo(found, { code }) };
  }

  #provider(id: Provider): SignInProvider {
    const provider = this.#options.providers.get(id);
    if (provider === undefined) throw new TidemarkError('provider_not_offered', { provider: providerNames[id] });
    return provider;
  }

  /** Its secrets come from the state, of which the database has the hash alone. */
  #trip(id: Provider, state: string, { purpose, createdAt }: AuthorizationRecord): Trip {
    return {
      state,
      nonce: this.#mac('nonce', state),
      verifier: this.#mac('verifier', state),
      redirectUri: `${this.#options.publicUrl()}/v1/auth/callback/${id}`,
      anewSince: purpose === 'prove' ? createdAt : null,
    };
  }

  #mac(use: string, text: string): string {
    return createHmac('sha256', this.#options.key).update(`${use} ${text}`).digest('base64url');
  }
}

const blank = {
  accountNo: null,
  provider: null,
  redirectUri: null,
  clientState: null,
  codeChallenge: null,
  userCode: null,
  deviceName: null,
  platform: null,
  place: null,
  intervalMs: 0,
} as const;

/** One for each trip, so that two at a time in one browser do not disturb each other. */
const tripCookie = (state: string): string => `tm-trip-${digestOf(state).slice(0, 16)}`;

function backTo({ redirectUri, clientState }: AuthorizationRecord, answer: Readonly<Record<string, string>>): string {
  const url = new URL(redirectUri ?? '');
  for (const [name, value] of Object.entries({ ...answer, state: clientState ?? '' })) url.searchParams.set(name, value);
  return url.href;
}

/** What the text of the error names. */
function detailOf({ params }: TidemarkError): { readonly provider?: string } {
  const { provider } = params;
  return typeof provider === 'string' ? { provider } : {};
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
