import { minuteMs } from '../../../base/index.ts';
import {
  type AccountSettings,
  type Device,
  type DeviceInfo,
  type DeviceSync,
  type Region,
  type Session,
  type SyncReport,
  TidemarkError,
} from '../../../contract/index.ts';
import type { Clock, Random } from '../../environment.ts';
import { DriveState } from './drive-state.ts';

/** It keeps everything for ever, and slows nobody down. */
export const FAKE_TERMS = { plan: 'free', uploadBytesPerSecond: null, downloadBytesPerSecond: null, purgeAfter: null } as const;

const ACCESS_MS = 15 * minuteMs;
/** Two windows of one client may refresh at the same moment. */
const REFRESH_GRACE_MS = minuteMs;

interface RefreshToken {
  readonly device: FakeDevice;
  readonly parent: RefreshToken | undefined;
  used: boolean;
  /** When one of its successors was used: then the reply that brought it cannot have been lost. */
  spentAt: number | undefined;
}

export interface FakeDevice {
  readonly id: string;
  readonly account: FakeAccount;
  info: DeviceInfo;
  readonly createdAt: number;
  lastSeenAt: number;
  state: 'signed_in' | 'signed_out' | 'revoked';
  sync: DeviceSync | null;
  /** What the device is called that revoked it. */
  endedFrom: string;
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
  settings: AccountSettings;
}

/** Accounts, devices and tokens of a fake cloud. */
export class FakeAccounts {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #region: Region;
  readonly #byEmail = new Map<string, FakeAccount>();
  readonly #devices = new Map<string, FakeDevice>();
  readonly #refreshTokens = new Map<string, RefreshToken>();
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

  /** What was answered lies beside the drive: a backup put back knows nothing of what came later. */
  forgetCommits(email: string): void {
    for (const device of this.#devices.values()) if (device.account.email === email) device.commits.clear();
  }

  signUp(email: string, password: string, info: DeviceInfo, totalBytes: number): Session {
    if (this.#byEmail.has(email)) throw new TidemarkError('email_in_use', { email });
    const drive = new DriveState(this.#clock, this.#random);
    const account: FakeAccount = {
      id: this.#random.id(),
      email,
      password,
      region: this.#region,
      createdAt: this.#clock.now(),
      drive,
      totalBytes,
      settings: { version: null, values: {} },
    };
    this.#byEmail.set(email, account);
    return this.#session(this.#newDevice(account, info));
  }

  signIn(
    email: string,
    password: string,
    info: DeviceInfo,
    leaving: { readonly replaces?: string; readonly signOutDevice?: string } = {},
  ): Session {
    const account = this.#byEmail.get(email);
    if (account?.password !== password) throw new TidemarkError('invalid_credentials', { region: this.#region });
    for (const [id, state] of [
      [leaving.replaces, 'signed_out'],
      [leaving.signOutDevice, 'revoked'],
    ] as const) {
      const device = this.#devices.get(id ?? '');
      if (device?.account !== account || device.state !== 'signed_in') continue;
      device.state = state;
      device.endedFrom = info.name;
    }
    return this.#session(this.#newDevice(account, info));
  }

  /** What a device tells of its sync. */
  told(device: FakeDevice, { sync: state, waiting, issues }: SyncReport): void {
    const at = this.#clock.now();
    device.sync = { state, waiting, issues, at, upToDateAt: state === 'up_to_date' ? at : (device.sync?.upToDateAt ?? null) };
  }

  refresh(token: string): Session {
    const refreshToken = this.#refreshTokens.get(token);
    if (refreshToken === undefined) throw new TidemarkError('session_expired');
    const { device, parent } = refreshToken;
    assertSignedIn(device);
    const now = this.#clock.now();
    const settledAt = refreshToken.used ? refreshToken.spentAt : parent?.spentAt;
    if (settledAt !== undefined && now - settledAt > REFRESH_GRACE_MS) {
      device.state = 'signed_out'; // two parties hold the family
      throw new TidemarkError('session_expired');
    }
    refreshToken.used = true;
    if (parent !== undefined) parent.spentAt ??= now;
    return this.#session(device, refreshToken);
  }

  revoke(token: string): void {
    const device = this.#refreshTokens.get(token)?.device;
    if (device?.state === 'signed_in') device.state = 'signed_out';
  }

  /** The device behind an access token, as each request asks. */
  authenticate(accessToken: string): FakeDevice {
    const access = this.#access.get(accessToken);
    if (access === undefined) throw new TidemarkError('access_expired'); // expired ones are forgotten
    assertSignedIn(access.device);
    if (access.expiresAt <= this.#clock.now()) throw new TidemarkError('access_expired');
    access.device.lastSeenAt = this.#clock.now();
    return access.device;
  }

  devices(account: FakeAccount, asking: FakeDevice): Device[] {
    return [...this.#devices.values()]
      .filter((device) => device.account === account && device.state === 'signed_in')
      .map((device) => shown(device, asking));
  }

  device(account: FakeAccount, id: string): FakeDevice {
    const device = this.#devices.get(id);
    if (device?.account !== account || device.state !== 'signed_in') throw new TidemarkError('not_found');
    return device;
  }

  #newDevice(account: FakeAccount, info: DeviceInfo): FakeDevice {
    const now = this.#clock.now();
    const device: FakeDevice = {
      id: this.#random.id(),
      account,
      info,
      createdAt: now,
      lastSeenAt: now,
      state: 'signed_in',
      sync: null,
      endedFrom: '',
      commits: new Map(),
    };
    this.#devices.set(device.id, device);
    return device;
  }

  #session(device: FakeDevice, parent?: RefreshToken): Session {
    const refreshToken = this.#token();
    this.#refreshTokens.set(refreshToken, { device, parent, used: false, spentAt: undefined });
    const accessToken = this.#token();
    const accessExpiresAt = this.#clock.now() + ACCESS_MS;
    this.#access.set(accessToken, { device, expiresAt: accessExpiresAt });
    const { account, id } = device;
    return {
      accountId: account.id,
      deviceId: id,
      label: account.email,
      region: account.region,
      issuedAt: this.#clock.now(),
      accessToken,
      accessExpiresAt,
      refreshToken,
      ...FAKE_TERMS,
    };
  }

  #token(): string {
    return `${this.#random.id()}${this.#random.id()}`;
  }
}

/** Where it is nobody knows of a fake. */
export const shown = ({ id, info, createdAt, lastSeenAt, sync }: FakeDevice, asking: FakeDevice): Device => ({
  ...info,
  id,
  createdAt,
  lastSeenAt,
  current: id === asking.id,
  place: null,
  sync,
});

export function assertSignedIn(device: FakeDevice): void {
  if (device.state === 'revoked') throw new TidemarkError('device_revoked', { device: device.endedFrom });
  if (device.state === 'signed_out') throw new TidemarkError('session_expired');
}
