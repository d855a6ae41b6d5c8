import { type ActivityKind, TidemarkError } from '../../../contract/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { FirstMerge } from '../first-merge.ts';
import { countIssues } from '../issue-counts.ts';
import { openQuestionCount } from '../open-questions.ts';
import { previewOf } from '../preview.ts';

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
      const { issues, skipped } = countIssues(store);
      return {
        uploaded: changes(engine, UP) - up,
        downloaded: changes(engine, DOWN) - down,
        issues,
        skipped,
        questions: openQuestionCount(store),
        conflicts: store.conflictCopies().length,
      };
    },
    'sync.preview': ({ limit }) =>
      engine.lookOnly(async (run) => {
        await run.readUnknown();
        // Both sides were looked at, so it can be said whether a question about them waits; what could not be read differs.
        const busy = { inFlight: () => false, resting: () => true };
        new FirstMerge(store, environment.clock).look(busy, run.watchingBusyFiles ? 'never_quiet' : 'all');
        return previewOf(engine, await run.foresee(), limit);
      }),
    'sync.pause': ({ until }) => {
      if (until !== null && until <= environment.clock.now())
        throw new TidemarkError('invalid_request', { field: 'until', problem: 'must lie in the future' });
      engine.pause(until);
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
