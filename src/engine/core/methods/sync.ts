import { TidemarkError } from '../../../contract/index.ts';
import type { Operation } from '../../plan/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

type Names = 'engine.info' | 'engine.stop' | 'host.info' | 'status.snapshot' | 'sync.now' | 'sync.wait' | 'sync.preview' | 'sync.pause' | 'sync.resume';

export function syncMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store, environment } = engine;
  const { platform, secrets } = environment;
  return {
    'engine.info': () =>
      Promise.resolve({ version: platform.appVersion, profile: engine.profile, pid: process.pid, node: process.versions.node, secretStore: secrets.kind }),
    'engine.stop': async () => {
      await engine.stop();
      return {};
    },
    'host.info': () => Promise.resolve({ embeddedCloud: null }),
    'status.snapshot': () => Promise.resolve(engine.publisher.snapshot()),
    'sync.now': () => {
      engine.requireRun().syncNow();
      return Promise.resolve({});
    },
    'sync.wait': async ({ timeoutMs }) => {
      const run = engine.requireRun();
      const before = newest(engine);
      await settledWithin(engine, run, timeoutMs);
      const since = store.activity({ limit: 1_000_000 }).filter((entry) => entry.id > before);
      const count = (...kinds: readonly string[]): number => since.filter((entry) => kinds.includes(entry.kind)).length;
      return {
        uploaded: count('uploaded', 'updated_cloud'),
        downloaded: count('downloaded', 'updated_here'),
        issues: store.issueCount(),
        questions: store.questions().filter((question) => question.answer === null).length,
        conflicts: store.conflictCopies().length,
      };
    },
    'sync.preview': () => {
      const next = engine.requireRun().preview();
      const operations = next.operations.filter(({ op }) => op !== 'settle' && op !== 'forget');
      return Promise.resolve({ operations: operations.map((operation) => previewRow(engine, operation)), questions: store.questions().map(({ ids: _, answer: __, ...question }) => question) });
    },
    'sync.pause': ({ until }) => {
      if (until !== null && until <= environment.clock.now()) throw new TidemarkError('invalid_request', { field: 'until', problem: 'must lie in the future' });
      store.transaction((write) => {
        write.setPausedUntil(until);
      });
      engine.armPause(until);
      engine.run?.pause();
      return Promise.resolve({});
    },
    'sync.resume': () => {
      engine.resume();
      return Promise.resolve({});
    },
  };
}

const newest = ({ store }: TidemarkEngine): number => store.activity({ limit: 1 })[0]?.id ?? 0;

async function settledWithin(engine: TidemarkEngine, run: NonNullable<TidemarkEngine['run']>, timeoutMs: number | null): Promise<void> {
  const { clock } = engine.environment;
  const controller = new AbortController();
  const cancel = timeoutMs === null ? undefined : clock.timer(timeoutMs, () => { controller.abort(); });
  try {
    await run.settled(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw new TidemarkError('timed_out');
    // The session ended while we waited: its reason says more than that the run was stopped.
    const { signedOut } = engine.store.account() ?? { signedOut: null };
    if (signedOut !== null) throw new TidemarkError(signedOut.code, signedOut.params);
    throw error;
  } finally {
    cancel?.();
  }
}

function previewRow({ store }: TidemarkEngine, operation: Operation): { kind: string; path: string; otherPath: string | null; sizeBytes: number | null } {
  const { id, op } = operation;
  const local = store.local.get(id);
  const remote = store.remote.get(id);
  const path = store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id) ?? '';
  const otherPath = op === 'rename_aside' ? operation.name : op === 'move_local' ? (store.remotePath(id) ?? null) : op === 'move_remote' ? (store.remotePath(id) ?? null) : null;
  const sizeBytes = op === 'download' && remote?.kind === 'file' ? remote.content.size : local?.kind === 'file' ? local.stat.size : null;
  return { kind: op, path, otherPath, sizeBytes };
}
