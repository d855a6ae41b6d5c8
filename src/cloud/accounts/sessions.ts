import { randomBytes } from 'node:crypto';
import { minuteMs } from '../../base/index.ts';
import { type DeviceInfo, DeviceLimitError, type Session, TidemarkError } from '../../contract/index.ts';
import type { AccountCatalogue, AccountRecord, ChoiceRecord, Entry, Evidence, Holder, TokenPair } from '../catalogue.ts';
import { SEEN_MS } from '../drive/times.ts';
import { digestOf } from '../ids.ts';
import { type AccountsOptions, note, noteEnded } from './account-parts.ts';
import { type Devices, shownDevice } from './devices.ts';
import type { CoarseAddress } from './places.ts';
import { endedError } from './refusals.ts';

export const ACCESS_MS = 15 * minuteMs;
/** For so long a proof stays good for choosing a device to sign out. */
const CHOICE_MS = 10 * minuteMs;
/** A network that changed is noted sooner than that the device was seen. */
const MOVED_MS = minuteMs;

/** Who signs in, and what is spent with it. */
export interface Proved {
  readonly account: AccountRecord;
  readonly evidence?: Evidence;
  readonly choice?: Chosen;
  /** Now, where nothing is said. */
  readonly provedAt?: number;
}
type Chosen = { readonly token: string } & Pick<ChoiceRecord, 'expiresAt'>;

/** The device that signs in, and which go when it comes. */
export interface Newcomer {
  readonly device: DeviceInfo;
  readonly replaces?: string | undefined;
  readonly signOutDevice?: string | undefined;
}

interface FreshTokens {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly pair: TokenPair;
}

/** Who is signed in, and the tokens that show it. */
export class Sessions {
  readonly #options: AccountsOptions;
  readonly #catalogue: AccountCatalogue;
  readonly #devices: Devices;

  constructor(options: AccountsOptions, devices: Devices) {
    this.#options = options;
    this.#catalogue = options.catalogue;
    this.#devices = devices;
  }

  /** Throws DeviceLimitError where the plan takes no more devices. */
  async start(
    { account, evidence, choice, provedAt }: Proved,
    { device: info, replaces, signOutDevice }: Newcomer,
    from: CoarseAddress | null,
  ): Promise<Session> {
    const { now, newId } = this.#options;
    const at = now();
    const tokens = this.#freshTokens();
    const fresh = { token: `tmc_${randomBytes(32).toString('base64url')}`, expiresAt: at + CHOICE_MS };
    const entry: Entry = {
      evidence: evidence ?? null,
      choiceHash: choice === undefined ? null : digestOf(choice.token),
      replaces: replaces ?? null,
      signOut: signOutDevice ?? null,
      choice: { hash: digestOf(fresh.token), expiresAt: fresh.expiresAt },
    };
    const device = { ...info, id: newId(), createdAt: at, provedAt: provedAt ?? at, seenFrom: from };
    const entered = await this.#catalogue.addDevice(account.no, device, tokens.pair, entry);
    switch (entered.outcome) {
      case 'added':
        noteEnded(this.#options, { account, device: entered.device }, entered.ended);
        return this.#sessionOf({ account, device: entered.device }, tokens);
      case 'code_used':
        throw new TidemarkError('code_expired');
      case 'choice_over':
        throw new TidemarkError('choice_over');
      case 'device_limit': {
        noteEnded(this.#options, { account, device }, entered.ended);
        const devices = (await this.#catalogue.devices(account.no)).map((one) => shownDevice(one, null, this.#options.places));
        // A choice that was in vain, or that has to be followed by another one, stays good.
        throw new DeviceLimitError({ limit: entered.limit }, { ...(choice ?? fresh), devices });
      }
    }
  }

  async refresh(refreshToken: string, from: CoarseAddress | null): Promise<Session> {
    const tokens = this.#freshTokens();
    const rotation = await this.#catalogue.rotate(digestOf(refreshToken), tokens.pair, this.#options.now(), from);
    switch (rotation.outcome) {
      case 'rotated':
        return this.#sessionOf(rotation, tokens);
      case 'unknown':
        throw new TidemarkError('session_expired');
      case 'ended':
        throw endedError(rotation.device);
      case 'reused':
        this.#options.onEnded(rotation.holder.device.no, 'reuse');
        note(this.#options, rotation.holder, 'token_reused', null);
        throw new TidemarkError('session_expired');
    }
  }

  /** Signing out twice, or with a token nobody knows, is no error (RFC 7009). */
  async signOut(refreshToken: string): Promise<void> {
    const holder = await this.#catalogue.byRefreshToken(digestOf(refreshToken));
    if (holder !== undefined) await this.#devices.end(holder, holder.device.id, 'signed_out');
  }

  /** Whose access token this is. */
  async authenticate(accessToken: string, from: CoarseAddress | null): Promise<Holder> {
    const now = this.#options.now();
    const holder = await this.#catalogue.byAccessToken(digestOf(accessToken));
    // A token that was forgotten is an old one: the refresh that follows tells whether the session still is.
    if (holder === undefined) throw new TidemarkError('access_expired');
    if (holder.device.endedBy !== null) throw endedError(holder.device);
    if (holder.expiresAt <= now) throw new TidemarkError('access_expired');
    const isElsewhere = from !== null && from !== holder.device.seenFrom;
    if (now - holder.device.seenAt >= (isElsewhere ? MOVED_MS : SEEN_MS)) await this.#catalogue.seen(holder, now, from);
    return holder;
  }

  #freshTokens(): FreshTokens {
    const refreshToken = `tmr_${randomBytes(32).toString('base64url')}`;
    const accessToken = `tma_${randomBytes(32).toString('base64url')}`;
    const accessExpiresAt = this.#options.now() + ACCESS_MS;
    return { refreshToken, accessToken, pair: { refreshHash: digestOf(refreshToken), accessHash: digestOf(accessToken), accessExpiresAt } };
  }

  async #sessionOf({ account, device }: Holder, tokens: FreshTokens): Promise<Session> {
    const { accessToken, refreshToken, pair } = tokens;
    const who = { accountId: account.id, deviceId: device.id, label: account.label, region: this.#options.region };
    const issuedAt = pair.accessExpiresAt - ACCESS_MS;
    const terms = await this.#options.terms.of(account);
    return { ...who, issuedAt, accessToken, accessExpiresAt: pair.accessExpiresAt, refreshToken, ...terms };
  }
}
