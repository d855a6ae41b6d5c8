import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type Account,
  type Device,
  type DeviceInfo,
  type ErrorCode,
  type PlanId,
  type Region,
  type Session,
  TidemarkError,
} from '../../contract/index.ts';
import { minuteMs } from '../../base/index.ts';
import type { AccountCatalogue, AccountRecord, DeviceRecord, EndedBy, Holder, TokenPair } from '../catalogue.ts';
import { INACTIVE_MS, SEEN_MS } from '../drive/times.ts';
import { digestOf } from '../ids.ts';
import type { SignUpMode } from '../options.ts';
import type { Attempts } from './attempts.ts';
import type { Keyring } from './keyring.ts';
import { hashPassword, isPassword } from './passwords.ts';

export const ACCESS_MS = 15 * minuteMs;

export interface AccountsOptions {
  readonly catalogue: AccountCatalogue;
  readonly keyring: Keyring;
  readonly region: Region;
  readonly plan: PlanId;
  readonly signUp: SignUpMode;
  readonly bootstrapSecret: string | undefined;
  readonly attempts: Attempts;
  readonly now: () => number;
  readonly newId: () => string;
  /** A device was signed out. */
  readonly onEnded: (deviceNo: number, by: EndedBy) => void;
}

interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly device: DeviceInfo;
  readonly bootstrapSecret?: string | undefined;
  readonly invite?: string | undefined;
}

interface FreshTokens {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly pair: TokenPair;
}

/** Accounts, sessions and devices. Throws TidemarkError with the code of the answer. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #catalogue: AccountCatalogue;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
  }

  async signUp(request: SignUp): Promise<Session> {
    const inviteHash = this.#admit(request);
    const { now, newId, plan, keyring } = this.#options;
    // Asked before the hashing only to answer early; `create` is what decides.
    if ((await this.#catalogue.byEmail(request.email)) !== undefined) throw new TidemarkError('email_in_use', { email: request.email });
    const id = newId();
    const account = {
      id,
      email: request.email,
      passwordHash: await hashPassword(request.password),
      plan,
      createdAt: now(),
      activeAt: now(),
      wrappedKey: keyring.newKey(id),
    };
    const created = await this.#catalogue.create(account, newId(), inviteHash);
    if (created === 'email_in_use') throw new TidemarkError('email_in_use', { email: request.email });
    if (created === 'invite_required') throw new TidemarkError('invite_required');
    return this.#startSession(created, request.device);
  }

  /** The hash of the invite to use up, or null. */
  #admit(request: SignUp): string | null {
    const { signUp, bootstrapSecret } = this.#options;
    switch (signUp) {
      case 'open':
        return null;
      case 'closed':
        throw new TidemarkError('sign_up_closed');
      case 'bootstrap':
        if (bootstrapSecret === undefined || !isSame(request.bootstrapSecret ?? '', bootstrapSecret))
          throw new TidemarkError('bootstrap_secret_required');
        return null;
      case 'invite':
        if (request.invite === undefined) throw new TidemarkError('invite_required');
        return digestOf(request.invite);
    }
  }

  async newInvite(): Promise<string> {
    const invite = randomBytes(18).toString('base64url');
    await this.#catalogue.addInvite(digestOf(invite), this.#options.now());
    return invite;
  }

  async signIn(request: { readonly email: string; readonly password: string; readonly device: DeviceInfo }): Promise<Session> {
    const { attempts } = this.#options;
    attempts.begin(request.email);
    const account = await this.#catalogue.byEmail(request.email);
    if (!(await isPassword(account?.passwordHash, request.password)) || account === undefined) {
      throw new TidemarkError('invalid_credentials');
    }
    attempts.succeeded(request.email);
    return this.#startSession(account, request.device);
  }

  async #startSession(account: AccountRecord, info: DeviceInfo): Promise<Session> {
    const { now, newId } = this.#options;
    const tokens = this.#freshTokens();
    const device = await this.#catalogue.addDevice(account.no, { ...info, id: newId(), createdAt: now(), seenAt: now() }, tokens.pair);
    return this.#sessionOf({ account, device }, tokens);
  }

  async refresh(refreshToken: string): Promise<Session> {
    const tokens = this.#freshTokens();
    const rotation = await this.#catalogue.rotate(digestOf(refreshToken), tokens.pair, this.#options.now());
    switch (rotation.outcome) {
      case 'rotated':
        return this.#sessionOf(rotation, tokens);
      case 'unknown':
        throw new TidemarkError('session_expired');
      case 'ended':
        throw new TidemarkError(endedCode(rotation.by));
      case 'reused':
        this.#options.onEnded(rotation.deviceNo, 'reuse');
        throw new TidemarkError('session_expired');
    }
  }

  /** Signing out twice, or with a token nobody knows, is no error (RFC 7009). */
  async signOut(refreshToken: string): Promise<void> {
    const holder = await this.#catalogue.byRefreshToken(digestOf(refreshToken));
    if (holder !== undefined) await this.endDevice(holder.account, holder.device.id, 'signed_out');
  }

  /** Whose access token this is. */
  async authenticate(accessToken: string): Promise<Holder> {
    const now = this.#options.now();
    const holder = await this.#catalogue.byAccessToken(digestOf(accessToken));
    // A token that was forgotten is an old one: the refresh that follows tells whether the session still is.
    if (holder === undefined) throw new TidemarkError('access_expired');
    if (holder.device.endedBy !== null) throw new TidemarkError(endedCode(holder.device.endedBy));
    if (holder.expiresAt <= now) throw new TidemarkError('access_expired');
    if (now - holder.device.seenAt >= SEEN_MS) await this.#catalogue.seen(holder, now);
    return holder;
  }

  async me(account: AccountRecord): Promise<Account> {
    const { id, email, plan, createdAt, activeAt } = account;
    return { id, email, region: this.#options.region, plan, createdAt, purgeAfter: activeAt + INACTIVE_MS };
  }

  async devices(holder: Holder): Promise<Device[]> {
    const devices = await this.#catalogue.devices(holder.account.no);
    return devices.map((device) => deviceFor(holder, device));
  }

  async renameDevice(holder: Holder, id: string, name: string): Promise<Device> {
    const device = await this.#catalogue.renameDevice(holder.account.no, id, name);
    if (device === undefined) throw new TidemarkError('not_found');
    return deviceFor(holder, device);
  }

  /** False when the account has no such device. */
  async endDevice(account: AccountRecord, id: string, by: EndedBy): Promise<boolean> {
    const deviceNo = await this.#catalogue.endDevice(account.no, id, by, this.#options.now());
    if (deviceNo !== undefined) this.#options.onEnded(deviceNo, by);
    return deviceNo !== undefined;
  }

  #freshTokens(): FreshTokens {
    const refreshToken = `tmr_${randomBytes(32).toString('base64url')}`;
    const accessToken = `tma_${randomBytes(32).toString('base64url')}`;
    const accessExpiresAt = this.#options.now() + ACCESS_MS;
    return { refreshToken, accessToken, pair: { refreshHash: digestOf(refreshToken), accessHash: digestOf(accessToken), accessExpiresAt } };
  }

  #sessionOf({ account, device }: Holder, tokens: FreshTokens): Session {
    const { accessToken, refreshToken, pair } = tokens;
    const who = { accountId: account.id, deviceId: device.id, email: account.email, region: this.#options.region };
    return { ...who, accessToken, accessExpiresAt: pair.accessExpiresAt, refreshToken };
  }
}

export const endedCode = (by: EndedBy): ErrorCode => (by === 'revoked' ? 'device_revoked' : 'session_expired');

function deviceFor(holder: Holder, device: DeviceRecord): Device {
  const { id, name, platform, appVersion, createdAt, seenAt } = device;
  return { id, name, platform, appVersion, createdAt, lastSeenAt: seenAt, current: id === holder.device.id };
}

/** Compares digests, so that neither content nor length shows in the time. */
const isSame = (given: string, secret: string): boolean => timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(secret)));
