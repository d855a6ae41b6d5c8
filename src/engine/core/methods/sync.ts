import { type ActivityKind, TidemarkError } from '../../../contract/index.ts';
import type { Operation } from '../../plan/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { questionOf } from '../questions.ts';

type Names =
  | 'engine.info'
  | 'engine.stop'
  | 'engine.resumed'
  | 'host.info'
  | 'status.snapshot'
  | 'sync.now'
  | 'sync.wait'
  | 'sync.preview'
  | 'sync.pause'
  | 'sync.resume';

export function syncMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store, environment } = engine;
  const { platform, secrets } = environment;
  return {
    'engine.info': () =>
      Promise.resolve({
        version: platform.appVersion,
        profile: engine.profile,
        pid: process.pid,
        node: process.versions.node,
        secretStore: secrets.kind,
      }),
    'engine.stop': async () => {
      await engine.stop();
      return {};
    },
    'engine.resumed': () => {
      engine.resumed();
      return Promise.resolve({});
    },
    'host.info': () => Promise.resolve({ embeddedCloud: null }),
    'status.snapshot': () => Promise.resolve(engine.publisher.snapshot()),
    'sync.now': () => {
      engine.requireRun().syncNow();
      return Promise.resolve({});
    },
    'sync.wait': async ({ timeoutMs }) => {
      const run = engine.requireRun();
      const [up, down] = [changes(engine, UP), changes(engine, DOWN)];
      await settledWithin(engine, run, timeoutMs);
      return {
        uploaded: changes(engine, UP) - up,
        downloaded: changes(engine, DOWN) - down,
        issues: store.issueCount(),
        questions: store.questions().filter((question) => question.answer === null).length,
        conflicts: store.conflictCopies().length,
      };
    },
    'sync.preview': () =>
      engine.lookOnly((run) => {
        const next = run.preview();
        const operations = next.operations.filter(({ op }) => op !== 'settle' && op !== 'forget');
        const questions = next.massDeletions.map((deletion) => questionOf(store, environment.clock, deletion));
        return { operations: operations.map((operation) => previewRow(engine, operation)), questions };
      }),
    'sync.pause': ({ until }) => {
      if (until !== null && until <= environment.clock.now())
        throw new TidemarkError('invalid_request', { field: 'until', problem: 'must lie in the future' });
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

const UP: readonly ActivityKind[] = ['uploaded', 'updated_cloud', 'moved_cloud', 'deleted_cloud', 'folder_cloud'];
const DOWN: readonly ActivityKind[] = ['downloaded', 'updated_here', 'moved_here', 'deleted_here', 'folder_here'];

const changes = ({ activityCounts }: TidemarkEngine, kinds: readonly ActivityKind[]): number =>
  kinds.reduce((sum, kind) => sum + (activityCounts.get(kind) ?? 0), 0);

async function settledWithin(engine: TidemarkEngine, run: NonNullable<TidemarkEngine['run']>, timeoutMs: number | null): Promise<void> {
  const { clock } = engine.environment;
  const controller = new AbortController();
  const cancel =
    timeoutMs === null
      ? undefined
      : clock.timer(timeoutMs, () => {
          controller.abort();
        });
  try {
    await run.settled(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw new TidemarkError('timed_out');
    if (engine.stopped) throw new TidemarkError('engine_stopped');
    // The session ended while we waited: its reason says more than that the run was stopped.
    const { signedOut } = engine.store.account() ?? { signedOut: null };
    if (signedOut !== null) throw new TidemarkError(signedOut.code, signedOut.params);
    throw error;
  } finally {
    cancel?.();
  }
}

function previewRow(
  { store }: TidemarkEngine,
  operation: Operation,
): { kind: string; path: string; otherPath: string | null; sizeBytes: number | null } {
  const { id, op } = operation;
  const local = store.local.get(id);
  const remote = store.remote.get(id);
  const path = store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id) ?? '';
  const otherPath =
    op === 'rename_aside'
      ? operation.name
      : op === 'move_local'
        ? (store.remotePath(id) ?? null)
        : op === 'move_remote'
          ? (store.remotePath(id) ?? null)
          : null;
  const sizeBytes = op === 'download' && remote?.kind === 'file' ? remote.content.size : local?.kind === 'file' ? local.stat.size : null;
  // A new file is read first; what comes of it is an upload.
  const kind = op === 'hash' && remote === undefined ? 'upload' : op;
  return { kind, path, otherPath, sizeBytes };
}
