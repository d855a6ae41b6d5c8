import { type Command, Option } from 'commander';
import { isSkipped } from '../../contract/index.ts';
import type { OpenedEngine } from '../../host/index.ts';
import { followStatus } from '../../rpc/index.ts';
import { addCommand, type Shell } from '../command.ts';
import type { Context, Exit } from '../context.ts';
import { pauseUntil, seconds } from '../durations.ts';
import { everyPage } from '../pages.ts';
import { wholeNumber } from '../whole-number.ts';
import { knownStatus } from '../known-status.ts';
import { progressText, statusText } from '../status-text.ts';
import { previewText } from '../preview-text.ts';
import { errorLine } from '../language.ts';
import { count, plain, when } from '../text.ts';

interface SyncOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly dryRun?: boolean;
  readonly limit: number;
}

/** status, sync, pause, resume. */
export function addSyncCommands(program: Command, shell: Shell): void {
  addCommand<{ watch?: boolean }>(program, shell, {
    usage: 'status',
    about: 'Where the sync stands',
    options: (command) => command.option('--watch', 'go on showing it until interrupted'),
    async run(context, _, { watch }) {
      await context.withEngine((engine) => (watch === true ? watchStatus(context, engine) : showStatus(context, engine)), {
        begin: true,
        untilInterrupted: watch === true,
      });
    },
  });

  addCommand<SyncOptions>(program, shell, {
    usage: 'sync',
    about: 'Sync now',
    options: (command) =>
      command
        .option('--wait', 'return when everything that can be synced is synced, both ways')
        .option('--timeout <seconds>', 'give up waiting after this long', seconds)
        .option('--dry-run', 'only say what would be done, to the end')
        .addOption(new Option('--limit <n>', 'with --dry-run: how many lines of the list').argParser(wholeNumber(10_000)).default(200)),
    help: 'Exit codes: 0 all synced, 3 some items could not sync, 6 timed out, 7 a question waits.',
    run(context, _, options) {
      if (options.dryRun === true) return preview(context, options.limit);
      return context.withEngine((engine) => sync(context, engine, options), { begin: true });
    },
  });

  addCommand<{ for?: string }>(program, shell, {
    usage: 'pause',
    about: 'Stop syncing for a while',
    options: (command) => command.option('--for <time>', '30m, 1h, 8h or tomorrow; until resumed unless given'),
    async run(context, _, options) {
      const until = options.for === undefined ? null : pauseUntil(options.for, new Date());
      await context.withEngine((engine) => engine.call('sync.pause', { until }));
      context.answer({ until }, until === null ? 'Paused until you resume.' : `Paused until ${when(until)}.`);
    },
  });
  addCommand(program, shell, {
    usage: 'resume',
    about: 'Sync again after a pause',
    async run(context) {
      await context.withEngine((engine) => engine.call('sync.resume', {}));
      context.answer({}, 'Resumed.');
    },
  });
}

async function showStatus(context: Context, engine: OpenedEngine): Promise<void> {
  const status = await knownStatus(engine);
  const stopped = 'No engine is running: nothing syncs until one is started (tidemark start, or the app).';
  context.answer({ ...status, engineRunning: !engine.own }, engine.own ? `${statusText(status)}\n${stopped}` : statusText(status));
}

/** Ends with the interrupt, or with the engine. */
function watchStatus(context: Context, engine: OpenedEngine): Promise<void> {
  return new Promise((resolve, reject) => {
    let before = '';
    const dispose = followStatus(
      engine,
      (status) => {
        const text = statusText(status);
        if (context.json) context.line({ event: 'status', ...status }, '');
        else if (text !== before) context.line({}, text);
        before = text;
      },
      { onError: reject },
    );
    const off = engine.onClose(reject);
    const end = (): void => {
      dispose();
      off();
      resolve();
    };
    if (context.io.signal.aborted) end();
    context.io.signal.addEventListener('abort', end, { once: true });
  });
}

async function sync(context: Context, engine: OpenedEngine, options: SyncOptions): Promise<Exit> {
  await engine.call('sync.now', {});
  if (options.wait !== true && !engine.own) {
    context.answer({ waited: false }, 'The engine syncs now.');
    return 0;
  }
  if (options.wait !== true) context.note('No engine is running, so this command stays until the sync is done.');
  const dispose = followStatus(engine, (status) => context.progress(progressText(status)));
  try {
    const timeoutMs = options.timeout === undefined ? null : options.timeout * 1000;
    const result = await engine.call('sync.wait', { timeoutMs });
    context.progress('');
    const issues = result.issues + result.skipped === 0 ? [] : await everyPage((page) => engine.call('issues.list', page));
    const { questions } = result.questions === 0 ? { questions: [] } : await engine.call('questions.list', {});
    // An engine that ends with this command tells the other devices before it does.
    if (engine.own) await engine.call('devices.tell', {}).catch(() => undefined);
    const lines = [
      `Synced: ${count(result.uploaded, 'item')} up, ${count(result.downloaded, 'item')} down.`,
      ...(result.conflicts === 0 ? [] : [`${count(result.conflicts, 'conflict')}: both versions are kept (tidemark conflicts list).`]),
      ...issues.map(
        (issue) =>
          `${isSkipped(issue.reason) ? 'skipped' : 'not synced'}: ${plain(issue.path)}: ${plain(errorLine(issue.reason))} [${issue.reason.code}]`,
      ),
      ...questions.map((question) => `a question waits: tidemark questions answer ${question.id} ${question.choices.join('|')}`),
    ];
    const notSynced = issues.filter((issue) => !isSkipped(issue.reason));
    context.answer({ ...result, waited: true, notSynced, waiting: questions }, lines.join('\n'));
    return result.questions > 0 ? 7 : result.issues > 0 ? 3 : 0;
  } finally {
    dispose();
  }
}

async function preview(context: Context, limit: number): Promise<Exit> {
  const planned = await context.withEngine((engine) => engine.call('sync.preview', { limit }));
  context.answer(planned, previewText(planned));
  return planned.questions.length > 0 ? 7 : 0;
}
