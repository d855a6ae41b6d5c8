import type { Command } from 'commander';
import { type DuplicateGroup, type ParamsIn, type ResultOf } from '../../contract/index.ts';
import type { OpenedEngine } from '../../host/index.ts';
import { addCommand, type Shell } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Context, Exit } from '../context.ts';
import { inFolder } from '../in-folder.ts';
import { capLines, keptLines, needLines } from '../room-text.ts';
import { count, plain, size, table, when } from '../text.ts';
import { errorLine } from '../language.ts';
import { wholeNumber } from '../whole-number.ts';

interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

interface DuplicateOptions extends PageOptions {
  readonly delete?: readonly string[];
  readonly yes?: boolean;
}

const WAYS_OUT = 'Room can be made: tidemark quota largest, quota versions, quota duplicates, trash empty.';

const pageOptions = (command: Command): Command =>
  command
    .option('--limit <n>', 'how many', wholeNumber(500), 20)
    .option('--cursor <next>', 'go on where an earlier answer ended, with its `next`');

const pageOf = ({ limit, cursor }: PageOptions): ParamsIn<'quota.largest'> => ({ limit, ...(cursor === undefined ? {} : { cursor }) });

const moreLines = (next: string | null, command: string): readonly string[] =>
  next === null ? [] : [`There are more: ${command} --cursor ${next}`];

/** quota and its lists. */
export function addQuotaCommands(program: Command, shell: Shell): void {
  const quota = addCommand(program, shell, {
    usage: 'quota',
    about: 'How much room there is in the cloud, what takes it, and what waits for some',
    async run(context) {
      const shown = await context.withEngine((engine) => engine.call('quota.show', {}));
      context.answer(shown, quotaText(shown));
    },
  });
  addCommand<PageOptions>(quota, shell, {
    usage: 'largest',
    about: 'The largest files in the cloud',
    options: pageOptions,
    help: 'Deleting a file moves it to the trash, for 30 days: that frees nothing before the trash is emptied.',
    async run(context, _, options) {
      const page = await context.withEngine((engine) => engine.call('quota.largest', pageOf(options)));
      const rows = page.rows.map((row) => [
        size(row.sizeBytes),
        row.versionsBytes === 0 ? '' : size(row.versionsBytes),
        when(row.modifiedAt),
        row.path,
      ]);
      const text = table(['SIZE', 'VERSIONS', 'CHANGED', 'PATH'], rows) || 'There are no files.';
      context.answer(page, [text, ...moreLines(page.next, 'tidemark quota largest')].join('\n'));
    },
  });
  addCommand<PageOptions>(quota, shell, {
    usage: 'versions',
    about: 'Files whose earlier versions take the most room',
    options: pageOptions,
    help: 'tidemark versions PATH --delete deletes those of a file for good, which frees them at once.',
    async run(context, _, options) {
      const page = await context.withEngine((engine) => engine.call('quota.versions', pageOf(options)));
      const rows = page.rows.map((row) => [
        size(row.versionsBytes),
        String(row.versions),
        when(row.oldestAt),
        row.trashed ? `${row.path} (in the trash)` : row.path,
      ]);
      const text = table(['SIZE', 'VERSIONS', 'OLDEST', 'PATH'], rows) || 'There are no earlier versions.';
      context.answer(page, [text, ...moreLines(page.next, 'tidemark quota versions')].join('\n'));
    },
  });
  addCommand<DuplicateOptions>(quota, shell, {
    usage: 'duplicates',
    about: 'Files with equal content, and what is gained when one of them stays',
    options: (command) =>
      pageOptions(command)
        .option('--delete <path...>', 'move these to the trash, as far as another file has their content')
        .option('--yes', 'delete without asking'),
    help: [
      'With --delete it asks before; without a terminal it needs --yes, and does nothing otherwise. It is a deletion as any other: on all',
      'devices, for 30 days in the trash, and undone by tidemark undo. The room is free once the trash is emptied.',
      'Exit codes: 0 done, 3 some were kept, 7 nothing was done since nobody agreed.',
    ].join('\n'),
    run(context, _, options) {
      if (options.delete !== undefined) return deleteDuplicates(context, options.delete, options.yes === true);
      return listDuplicates(context, options);
    },
  });
}

function quotaText(quota: ResultOf<'quota.show'>): string {
  const percent = quota.totalBytes === 0 ? 100 : Math.round((quota.usedBytes / quota.totalBytes) * 100);
  const rows = [
    ['files', size(quota.filesBytes)],
    ['versions', size(quota.versionsBytes)],
    ['trash', size(quota.trashBytes)],
  ];
  return [
    `${size(quota.usedBytes)} of ${size(quota.totalBytes)} used (${percent} %), plan ${plain(quota.plan)}, ${quota.state}`,
    table(['KIND', 'SIZE'], rows),
    ...needLines(quota.waiting),
    ...(quota.state === 'normal' && quota.waiting === null ? [] : [WAYS_OUT]),
    ...capLines(quota),
    ...keptLines(quota.purgeAfter),
  ].join('\n');
}

async function listDuplicates(context: Context, options: PageOptions): Promise<Exit> {
  const page = await context.withEngine((engine) => engine.call('quota.duplicates', pageOf(options)));
  const text = table(['GAIN', 'SIZE', 'PATH'], page.rows.flatMap(groupRows)) || 'No two files have equal content.';
  context.answer(page, [text, ...moreLines(page.next, 'tidemark quota duplicates')].join('\n'));
  return 0;
}

function groupRows({ gainBytes, sizeBytes, files, count: all }: DuplicateGroup): readonly (readonly string[])[] {
  const rows = files.map(({ path }, index) => [index === 0 ? size(gainBytes) : '', index === 0 ? size(sizeBytes) : '', path]);
  return all > files.length ? [...rows, ['', '', `and ${all - files.length} more`]] : rows;
}

async function deleteDuplicates(context: Context, given: readonly string[], yes: boolean): Promise<Exit> {
  return context.withEngine(
    async (engine) => {
      const paths = await Promise.all(given.map((path) => inFolder(engine, path)));
      const shown = [
        `This deletes ${count(paths.length, 'file')}, here, in the cloud and on the other devices:`,
        ...paths.map((path) => `  ${plain(path)}`),
      ];
      if (!yes && (await confirm(context, `${shown.join('\n')}\nDelete?`)) !== true) {
        context.answer({ deleted: [], kept: [], paths }, `Nothing was deleted.\n${shown.join('\n')}\n  delete:  the same with --yes`);
        return 7;
      }
      return carryOut(context, engine, paths);
    },
    { begin: true },
  );
}

async function carryOut(context: Context, engine: OpenedEngine, paths: readonly string[]): Promise<Exit> {
  const answer = await engine.call('duplicates.delete', { paths: [...paths] });
  const bytes = answer.deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = [
    ...(answer.deleted.length === 0
      ? []
      : [
          `${count(answer.deleted.length, 'file is', 'files are')} in the trash; ${size(bytes)} are free once it is emptied (tidemark trash empty).`,
        ]),
    ...answer.kept.map(({ path, reason }) => `kept: ${plain(path)}: ${plain(errorLine(reason))} [${reason.code}]`),
  ];
  context.answer(answer, lines.join('\n'));
  return answer.kept.length === 0 ? 0 : 3;
}
