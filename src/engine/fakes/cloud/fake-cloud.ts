import { GiB } from '../../../base/index.ts';
import {
  API_VERSION,
  BLOCK_AVERAGE_BYTES,
  BLOCK_MAX_BYTES,
  BLOCK_MIN_BYTES,
  type CloudNode,
  type DeviceInfo,
  type Discovery,
  MAX_BLOCKS_BODY_BYTES,
  MAX_COMMIT_ENTRIES,
  MAX_HASHES,
  type Region,
  signInRequest,
  signUpRequest,
  TidemarkError,
} from '../../../contract/index.ts';
import type { Clock, Random } from '../../environment.ts';
import type { CloudApi } from '../../remote/api.ts';
import { FakeAccounts } from './accounts.ts';
import { checked } from './checked.ts';
import { FakeDrive } from './fake-drive.ts';

/** One request at the fake's door: `before` it is looked at, `after` it was done and before the reply leaves. */
export interface FakeCall {
  readonly method: keyof CloudApi | keyof ReturnType<CloudApi['authorized']>;
  readonly phase: 'before' | 'after';
  /** Null for calls without an access token. */
  readonly deviceId: string | null;
}

export interface FakeCloudOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly server?: string;
  readonly region?: Region;
  readonly totalBytes?: number;
  /** Awaited before and after each request: where a simulation decides who goes on. A turn of the microtask queue by default. */
  readonly yieldPoint?: () => Promise<void>;
  /** Throws to make a request fail: in phase `after` it went through and its reply was lost. May be changed at any time. */
  readonly fault?: (call: FakeCall) => void;
  /** Nodes in one page of the delta; small in tests, so that paging happens. */
  readonly deltaLimit?: number;
}

/** A cloud in memory with the rules of the real one. `api()` gives clients; each is as good as another machine's. */
export class FakeCloud {
  readonly accounts: FakeAccounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly server: string;
  readonly deltaLimit: number;
  readonly totalBytes: number;
  fault: (call: FakeCall) => void;
  readonly #yieldPoint: () => Promise<void>;
  readonly #region: Region;
  readonly #waiting = new Set<() => void>();

  constructor(options: FakeCloudOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.server = options.server ?? 'https://fake.tidemark.invalid';
    this.deltaLimit = options.deltaLimit ?? 1000;
    this.totalBytes = options.totalBytes ?? GiB;
    this.fault = options.fault ?? (() => undefined);
    this.#yieldPoint = options.yieldPoint ?? (() => Promise.resolve());
    this.#region = options.region ?? 'international';
    this.accounts = new FakeAccounts(options.clock, options.random, this.#region);
  }

  api(): CloudApi {
    const open = <T>(method: FakeCall['method'], work: () => T): Promise<T> => this.request({ method, deviceId: null }, work);
    return {
      server: this.server,
      discover: () => open('discover', () => this.#discovery()),
      signUp: (request) =>
        open('signUp', () => {
          const { email, password, device } = byPassword(checked(signUpRequest, request));
          return this.accounts.signUp(email, password, device, this.totalBytes);
        }),
      signIn: (request) =>
        open('signIn', () => {
          const given = checked(signInRequest, request);
          // No plan of a fake has a limit, so nobody was given a choice.
          if (given.method === 'choice') throw new TidemarkError('choice_over');
          const { email, password, device } = byPassword(given);
          return this.accounts.signIn(email, password, device, given);
        }),
      challenge: () =>
        open('challenge', () => {
          throw new TidemarkError('codes_unavailable');
        }),
      authorize: () =>
        open('authorize', () => {
          throw new TidemarkError('public_url_missing');
        }),
      deviceAuthorize: () =>
        open('deviceAuthorize', () => {
          throw new TidemarkError('public_url_missing');
        }),
      resetPassword: () =>
        open('resetPassword', () => {
          throw new TidemarkError('code_expired');
        }),
      refresh: (token) => open('refresh', () => this.accounts.refresh(token)),
      revoke: (token) =>
        open('revoke', () => {
          this.accounts.revoke(token);
          this.wake();
        }),
      authorized: (credentials) => new FakeDrive(this, credentials),
      // What the engine does with these is tried against the real cloud.
      identities: () => {
        throw new TidemarkError('codes_unavailable');
      },
      hangUp: () => undefined,
      close: () => Promise.resolve(),
    };
  }

  /** The way of every request: a turn for others, the fault of the road there, the work, the fault of the road back. */
  async request<T>(call: Omit<FakeCall, 'phase'>, work: () => T | Promise<T>): Promise<T> {
    await this.#yieldPoint();
    this.fault({ ...call, phase: 'before' });
    const answer = await work();
    this.fault({ ...call, phase: 'after' });
    await this.#yieldPoint();
    return answer;
  }

  /** Nodes of an account's drive, for assertions and as a backup to restore. */
  nodes(email: string): readonly CloudNode[] {
    return [...this.accounts.account(email).drive.nodes()];
  }

  /** Starts a new epoch with these nodes (a restored backup) or none (an emptied drive). */
  reset(email: string, backup?: readonly CloudNode[]): void {
    this.accounts.account(email).drive.reset(backup);
    this.accounts.forgetCommits(email);
    this.wake();
  }

  /** What puts an account's drive back to what it is now, as the files of a server that are copied back. */
  backup(email: string): () => void {
    const putBack = this.accounts.account(email).drive.copy();
    return () => {
      putBack();
      this.accounts.forgetCommits(email);
      this.wake();
    };
  }

  /** Ends long polls so that they look again. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next change of anything, after `ms`, or when the signal fires. */
  async sleepUntilChange(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.clock.timer(ms, done);
      this.#waiting.add(done);
      if (signal?.aborted === true) done();
      else signal?.addEventListener('abort', done, { once: true });
    });
  }

  #discovery(): Discovery {
    return {
      product: 'tidemark',
      apiVersion: API_VERSION,
      serverVersion: '0.0.0-fake',
      region: this.#region,
      otherRegion: null,
      signUp: 'open',
      codes: { email: false, phone: false, phoneCountries: null },
      limits: { commitEntries: MAX_COMMIT_ENTRIES, blocksBodyBytes: MAX_BLOCKS_BODY_BYTES, hashesPerRequest: MAX_HASHES, nameBytes: 255 },
      blocks: { algorithm: 'fastcdc-2016-nc2', minBytes: BLOCK_MIN_BYTES, averageBytes: BLOCK_AVERAGE_BYTES, maxBytes: BLOCK_MAX_BYTES },
      names: { unique: 'nfc-casefold' },
      plans: [
        {
          id: 'free',
          storageBytes: this.totalBytes,
          devices: null,
          devicesCounted: 'all',
          pricePerYearUsd: 0,
          uploadBytesPerSecond: null,
          downloadBytesPerSecond: null,
        },
      ],
      newestClient: null,
      providers: [],
    };
  }
}

/** It sends no codes, and says so in its discovery. */
function byPassword(request: {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly device: DeviceInfo;
}): { readonly email: string; readonly password: string; readonly device: DeviceInfo } {
  const { email, password, device } = request;
  if (email === undefined || password === undefined) throw new TidemarkError('codes_unavailable');
  return { email, password, device };
}
