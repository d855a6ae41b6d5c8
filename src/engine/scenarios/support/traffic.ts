import type { CommitEntryInput } from '../../../contract/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import type { CloudApi, DriveApi } from '../../index.ts';

type Call = keyof DriveApi;

/** What a device exchanged with the cloud. */
export interface Cost {
  /** Bytes of file content sent and received; nothing else counts. */
  readonly upBytes: number;
  readonly downBytes: number;
  /** Requests that changed the cloud, in order. */
  readonly entries: readonly CommitEntryInput[];
  readonly calls: Readonly<Partial<Record<Call, number>>>;
}

/** Stands between an engine and its cloud: counts, and can make calls late or fail. */
export class Traffic {
  upBytes = 0;
  downBytes = 0;
  readonly entries: CommitEntryInput[] = [];
  readonly calls = new Map<Call, number>();
  /** While true every call fails as with the cable out. */
  offline = false;
  /** Runs before each call; may wait, or throw what the call shall fail with. */
  before: (call: Call, args: readonly unknown[]) => void | Promise<void> = () => undefined;
  /** Runs after the cloud did it, before the engine learns of it; throwing is an answer that got lost. */
  after: (call: Call, answer: unknown, args: readonly unknown[]) => void | Promise<void> = () => undefined;
  /** The engine's own door to the cloud, for looks past the engine. */
  drive: DriveApi | undefined;
  /** A device that is not live learns of changes only when it syncs. */
  readonly #live: () => boolean;

  constructor(live: () => boolean) {
    this.#live = live;
  }

  /** What is exchanged while `work` runs. */
  async cost(work: () => Promise<unknown>): Promise<Cost> {
    const { upBytes, downBytes } = this;
    const calls = new Map(this.calls);
    const first = this.entries.length;
    await work();
    const more = [...this.calls].map(([call, times]) => [call, times - (calls.get(call) ?? 0)] as const).filter(([, times]) => times > 0);
    return {
      upBytes: this.upBytes - upBytes,
      downBytes: this.downBytes - downBytes,
      entries: this.entries.slice(first),
      calls: Object.fromEntries(more),
    };
  }

  wrap(cloud: CloudApi): CloudApi {
    return {
      ...cloud,
      authorized: (credentials) => {
        const drive = cloud.authorized(credentials);
        this.drive = drive;
        return this.#watched(drive);
      },
    };
  }

  #watched(drive: DriveApi): DriveApi {
    const wrap =
      <A extends unknown[], R>(call: Call, method: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        this.calls.set(call, (this.calls.get(call) ?? 0) + 1);
        if (this.offline) throw new TidemarkError('cloud_unreachable', { server: 'cut off' });
        await this.before(call, args);
        const answer = await method.apply(drive, args);
        await this.after(call, answer, args);
        return answer;
      };
    return {
      me: wrap('me', drive.me),
      devices: wrap('devices', drive.devices),
      renameDevice: wrap('renameDevice', drive.renameDevice),
      revokeDevice: wrap('revokeDevice', drive.revokeDevice),
      quota: wrap('quota', drive.quota),
      settings: wrap('settings', drive.settings),
      changeSettings: wrap('changeSettings', drive.changeSettings),
      delta: wrap('delta', drive.delta),
      wait: wrap('wait', (cursor, timeoutMs, signal, report, settings) =>
        this.#live() || timeoutMs === 0 ? drive.wait(cursor, timeoutMs, signal, report, settings) : untilAborted(signal),
      ),
      missing: wrap('missing', drive.missing),
      store: wrap('store', (blocks, signal) => {
        this.upBytes += blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
        return drive.store(blocks, signal);
      }),
      fetch: wrap('fetch', async (hashes, signal) => {
        const blocks = await drive.fetch(hashes, signal);
        this.downBytes += blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
        return blocks;
      }),
      commit: wrap('commit', (entries, key, signal) => {
        this.entries.push(...entries);
        return drive.commit(entries, key, signal);
      }),
      versions: wrap('versions', drive.versions),
      restoreVersion: wrap('restoreVersion', drive.restoreVersion),
      trash: wrap('trash', drive.trash),
      restoreTrash: wrap('restoreTrash', drive.restoreTrash),
      deleteTrash: wrap('deleteTrash', drive.deleteTrash),
      emptyTrash: wrap('emptyTrash', drive.emptyTrash),
      dropVersions: wrap('dropVersions', drive.dropVersions),
      largest: wrap('largest', drive.largest),
      versioned: wrap('versioned', drive.versioned),
      duplicates: wrap('duplicates', drive.duplicates),
    };
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      reject(new TidemarkError('aborted'));
    };
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
