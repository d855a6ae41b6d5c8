import { onTestFinished } from 'vitest';
import { Mutex } from '../apply/index.ts';
import type { Environment } from '../environment.ts';
import { FakeDisk, type FakeDiskOptions } from '../fakes/disk/index.ts';
import { FakeClock, FakeCloud, FakeLog, FakeSecrets, noLoopback, SeededRandom } from '../fakes/index.ts';
import type { NodeId } from '../model/index.ts';
import type { DriveApi } from '../remote/index.ts';
import type { StatusEvent } from '../status/index.ts';
import { ScopeKeeper } from '../core/scope-keeper.ts';
import { type ActivityRow, openStore, type Store } from '../store/index.ts';
import type { ChangedList, SyncContext } from '../core/sync-context.ts';

export const ROOT = '/home/sync';
export const EMAIL = 'a@example.org';
export const DEVICE = 'Desk';

/** A real store in memory; one at a time. Closed when the test has ended. */
export function memoryStore(clock: FakeClock): Store {
  const store = openStore(':memory:', { now: () => clock.now() });
  onTestFinished(() => store.close());
  return store;
}

/** What the parts of a running sync are given, with everything they tell kept for the test. */
export class TestSync {
  readonly clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
  readonly random = new SeededRandom(7);
  readonly log = new FakeLog();
  readonly disk: FakeDisk;
  readonly store = memoryStore(this.clock);
  readonly cloud = new FakeCloud({ clock: this.clock, random: this.random.fork(), deltaLimit: 3 });
  readonly stop = new AbortController();
  readonly environment: Environment;
  readonly told = {
    dirty: new Set<NodeId>(),
    lists: new Set<ChangedList>(),
    status: [] as StatusEvent[],
    activity: [] as ActivityRow[],
  };
  #drive: DriveApi | undefined;

  constructor(options: Pick<FakeDiskOptions, 'birthTimes'> = {}) {
    this.disk = new FakeDisk({ now: () => this.clock.now(), ...options });
    this.environment = {
      clock: this.clock,
      random: this.random,
      disk: this.disk,
      watch: () => Promise.resolve({ close: () => Promise.resolve() }),
      secrets: new FakeSecrets(),
      log: this.log,
      connect: () => this.cloud.api(),
      onNetworkChange: () => () => undefined,
      loopback: noLoopback,
      platform: { platform: 'linux', hostName: DEVICE, appVersion: '1.0.0', caseSensitive: true },
    };
    this.disk.user.mkdir(ROOT);
    onTestFinished(() => this.stop.abort());
  }

  /** This device's door to the cloud; the account is made at the first call, another device signs in at each further one. */
  async connect(name: string): Promise<DriveApi> {
    const device = { name, platform: 'linux', appVersion: '1.0.0' } as const;
    const request = { email: EMAIL, password: 'correct horse', device };
    const api = this.cloud.api();
    const { accessToken } = this.#drive === undefined ? await api.signUp(request) : await api.signIn({ method: 'password', ...request });
    const drive = api.authorized({ accessToken: () => Promise.resolve(accessToken), refused: () => undefined });
    this.#drive ??= drive;
    return drive;
  }

  context(drive: DriveApi): SyncContext {
    const { told } = this;
    return {
      environment: this.environment,
      store: this.store,
      drive,
      account: {
        server: this.cloud.server,
        accountId: 'a'.repeat(32),
        deviceId: 'd'.repeat(32),
        label: EMAIL,
        region: 'international',
        deviceName: DEVICE,
        signedOut: null,
      },
      folder: { path: ROOT, folderId: 'f'.repeat(32) },
      scopes: new ScopeKeeper(this.store),
      treeLock: new Mutex(),
      hooks: {
        onStatus: (event) => void told.status.push(event),
        onActivity: (entry) => void told.activity.push(entry),
        onLimits: () => undefined,
        report: () => undefined,
        onLists: (...lists) => lists.forEach((list) => told.lists.add(list)),
      },
      stopping: this.stop.signal,
      dirty: (ids) => {
        for (const id of ids) told.dirty.add(id);
      },
      doubt: () => undefined,
    };
  }
}
