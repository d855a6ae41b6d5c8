import { minuteMs } from '../../../base/index.ts';
import { type Device, type DeviceInfo, type Region, type Session, TidemarkError } from '../../../contract/index.ts';
import type { Clock, Random } from '../../environment.ts';
import { DriveState } from './drive-state.ts';

const ACCESS_MS = 15 * minuteMs;

export interface FakeDevice {
  readonly id: string;
  readonly account: FakeAccount;
  info: DeviceInfo;
  readonly createdAt: number;
  lastSeenAt: number;
  refreshToken: string;
  /** Still good while its successor was not used: the reply that brought the successor may have been lost. */
  previousRefreshToken: string | undefined;
  spentRefreshTokens: Set<string>;
  state: 'signed_in' | 'signed_out' | 'revoked';
  /** Results of commits by Idempotency-Key. */
  readonly commits: Map<string, { readonly body: string; readonly results: unknown }>;
}

export interface FakeAccount {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly region: Region;
  readonly createdAt: number;
  readonly drive: DriveState;
  totalBytes: number;
}

/** Accounts, devices and tokens of a fake cloud. */
export class FakeAccounts {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #region: Region;
  readonly #byEmail = new Map<string, FakeAccount>();
  readonly #devices = new Map<string, FakeDevice>();
  readonly #access = new Map<string, { readonly device: FakeDevice; readonly expiresAt: number }>();

  constructor(clock: Clock, random: Random, region: Region) {
    this.#clock = clock;
    this.#random = random;
    this.#region = region;
  }

  account(email: string): FakeAccount {
    const account = this.#byEmail.get(email);
    if (account === undefined) throw new TidemarkError('no_such_account', { region: this.#region });
    return account;
  }

  signUp(email: string, password: string, info: DeviceInfo, totalBytes: number): Session {
    if (this.#byEmail.has(email)) throw new TidemarkError('email_in_use', { email });
    const drive = new DriveState(this.#clock, this.#random);
    const account: FakeAccount = { id: this.#random.id(), email, password, region: this.#region, createdAt: this.#clock.now(), drive, totalBytes };
    this.#byEmail.set(email, account);
    return this.#session(this.#newDevice(account, info));
  }

  signIn(email: string, password: string, info: DeviceInfo): Session {
    const account = this.#byEmail.get(email);
    if (account?.password !== password) throw new TidemarkError('invalid_credentials', { region: this.#region });
    return this.#session(this.#newDevice(account, info));
  }

  refresh(token: string): Session {
    const device = this.#deviceOf(token);
    if (token === device.refreshToken || token === device.previousRefreshToken) {
      device.spentRefreshTokens.add(device.refreshToken);
      if (device.previousRefreshToken !== undefined) device.spentRefreshTokens.add(device.previousRefreshToken);
      device.previousRefreshToken = token;
      device.refreshToken = this.#token();
      return this.#session(device);
    }
    device.state = 'signed_out'; // a spent token shown again: somebody copied it
    throw new TidemarkError('session_expired');
  }

  revoke(token: string): void {
    for (const device of this.#devices.values()) if (device.refreshToken === token || device.previousRefreshToken === token) device.state = 'signed_out';
  }

  /** The device behind an access token, as each request asks. */
  authenticate(accessToken: string): FakeDevice {
    const access = this.#access.get(accessToken);
    if (access === undefined) throw new TidemarkError('not_signed_in');
    assertSignedIn(access.device);
    if (access.expiresAt <= this.#clock.now()) throw new TidemarkError('access_expired');
    access.device.lastSeenAt = this.#clock.now();
    return access.device;
  }

  devices(account: FakeAccount, asking: FakeDevice): Device[] {
    return [...this.#devices.values()]
      .filter((device) => device.account === account && device.state === 'signed_in')
      .map(({ id, info, createdAt, lastSeenAt }) => ({ ...info, id, createdAt, lastSeenAt, current: id === asking.id }));
  }

  device(account: FakeAccount, id: string): FakeDevice {
    const device = this.#devices.get(id);
    if (device?.account !== account || device.state !== 'signed_in') throw new TidemarkError('not_found');
    return device;
  }

  #deviceOf(refreshToken: string): FakeDevice {
    for (const device of this.#devices.values()) {
      if (device.refreshToken !== refreshToken && device.previousRefreshToken !== refreshToken && !device.spentRefreshTokens.has(refreshToken)) continue;
      assertSignedIn(device);
      return device;
    }
    throw new TidemarkError('session_expired');
  }

  #newDevice(account: FakeAccount, info: DeviceInfo): FakeDevice {
    const now = this.#clock.now();
    const device: FakeDevice = {
      id: this.#random.id(),
      account,
      info,
      createdAt: now,
      lastSeenAt: now,
      refreshToken: this.#token(),
      previousRefreshToken: undefined,
      spentRefreshTokens: new Set(),
      state: 'signed_in',
      commits: new Map(),
    };
    this.#devices.set(device.id, device);
    return device;
  }

  #session(device: FakeDevice): Session {
    const accessToken = this.#token();
    const accessExpiresAt = this.#clock.now() + ACCESS_MS;
    this.#access.set(accessToken, { device, expiresAt: accessExpiresAt });
    const { account, id, refreshToken } = device;
    return { accountId: account.id, deviceId: id, email: account.email, region: account.region, accessToken, accessExpiresAt, refreshToken };
  }

  #token(): string {
    return `${this.#random.id()}${this.#random.id()}`;
  }
}

export function assertSignedIn(device: FakeDevice): void {
  if (device.state === 'revoked') throw new TidemarkError('device_revoked');
  if (device.state === 'signed_out') throw new TidemarkError('session_expired');
}
