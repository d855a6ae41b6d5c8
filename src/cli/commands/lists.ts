import { type Command, Option } from 'commander';
import { type Conflict, isSkipped } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { knownStatus } from '../known-status.ts';
import { everyPage } from '../pages.ts';
import { questionText } from '../question-text.ts';
import { lackText } from '../room-text.ts';
import { plain, size, table, when } from '../text.ts';
import { wholeNumber } from '../whole-number.ts';
import { errorLine } from '../language.ts';
import { addUndoCommand, undoCell } from './undo.ts';

/** Names of the devices that wrote the two versions, as far as the cloud can be asked; else what is known. */
async function conflictDevices(context: Context, { device, currentDevice }: Conflict): Promise<readonly [string, string]> {
  const listed = await context.withEngine((engine) => engine.call('devices.list', {})).catch(() => ({ devices: [] }));
  const name = (id: string | null): string => listed.devices.find((one) => one.id === id)?.name ?? '';
  return [name(currentDevice), name(device) || device];
}

/** activity, undo, questions, issues, conflicts. */
export function addListCommands(program: Command, shell: Shell): void {
  addCommand<{ limit: number }>(program, shell, {
    usage: 'activity',
    about: 'What happened, the newest first',
    options: (command) => command.option('--limit <n>', 'how many', wholeNumber(1000), 50),
    async run(context, _, { limit }) {
      const page = await context.withEngine((engine) => engine.call('activity.list', { limit }));
      const rows = page.rows.map((row) => [
        String(row.id),
        when(row.at),
        row.kind.replaceAll('_', ' '),
        size(row.sizeBytes),
        undoCell(row),
        row.otherPath === null ? row.path : `${row.path} (${row.otherPath})`,
      ]);
      context.answer(page, table(['ID', 'WHEN', 'WHAT', 'SIZE', 'UNDO', 'PATH'], rows) || 'Nothing happened yet.');
    },
  });

  addUndoCommand(program, shell);

  addCommand(program, shell, {
    usage: 'issues',
    about: 'What is not synced, why, and when the next try is',
    async run(context) {
      const rows = await context.withEngine((engine) => everyPage((page) => engine.call('issues.list', page)), { begin: true });
      const shown = rows.map((row) => [
        row.path,
        row.nextTryAt === null ? '' : when(row.nextTryAt),
        `${isSkipped(row.reason) ? 'skipped: ' : ''}${errorLine(row.reason)}${lackText(row.reason)} [${row.reason.code}]`,
      ]);
      context.answer(
        { rows, next: null },
        table(['PATH', 'NEXT TRY', 'WHY'], shown) || 'No item has a problem. `tidemark status` says whether something is still under way.',
      );
      return rows.some((row) => !isSkipped(row.reason)) ? 3 : 0;
    },
  });

  const questions = addGroup(program, 'questions', 'What waits for your decision');
  addCommand(questions, shell, {
    usage: 'list',
    about: 'List the questions',
    async run(context) {
      const listed = await context.withEngine(
        async (engine) => {
          // What is asked is known once both sides were looked at.
          if (engine.own) await knownStatus(engine);
          return engine.call('questions.list', {});
        },
        { begin: true },
      );
      context.answer(listed, listed.questions.map(questionText).join('\n') || 'Nothing waits for you.');
    },
  });
  addCommand(questions, shell, {
    usage: 'answer <id> <choice>',
    about: 'Answer a question: keep or delete, merge or cancel',
    async run(context, [id = '', choice = '']) {
      await context.withEngine((engine) => engine.call('questions.answer', { id, choice: choice as 'keep' }));
      context.answer(
        { id, choice },
        choice === 'cancel'
          ? 'The folder is no longer kept in sync. Nothing was changed.'
          : `Answered ${plain(choice)}; the next sync does it.`,
      );
    },
  });

  const conflicts = addGroup(program, 'conflicts', 'Files that two devices changed at the same time');
  addCommand(conflicts, shell, {
    usage: 'list',
    about: 'List the conflicts',
    async run(context) {
      const rows = await context.withEngine((engine) => everyPage((page) => engine.call('conflicts.list', page)));
      const shown = rows.map((row) => [row.id, when(row.at), row.device, row.path, row.copyPath]);
      context.answer({ rows, next: null }, table(['ID', 'WHEN', 'DEVICE', 'PATH', 'KEPT COPY'], shown) || 'There are no conflicts.');
    },
  });
  addCommand(conflicts, shell, {
    usage: 'show <id>',
    about: 'Show the two versions of a conflict',
    async run(context, [id = '']) {
      const conflict = await context.withEngine((engine) => engine.call('conflicts.show', { id }));
      const [current, copy] = await conflictDevices(context, conflict);
      const rows = [
        ['current', current, when(conflict.currentAt), size(conflict.currentSizeBytes), conflict.path],
        ['copy', copy, when(conflict.at), size(conflict.copySizeBytes), conflict.copyPath],
      ];
      context.answer(conflict, table(['VERSION', 'DEVICE', 'WHEN', 'SIZE', 'PATH'], rows));
    },
  });
  addCommand<{ keep: string }>(conflicts, shell, {
    usage: 'resolve <id>',
    about: 'Decide a conflict; what is not kept stays in the history or the trash for 30 days',
    options: (command) =>
      command.addOption(
        new Option('--keep <which>', 'mine: what this device wrote; theirs: what the other did; current and copy: by name')
          .choices(['mine', 'theirs', 'both', 'current', 'copy'])
          .makeOptionMandatory(),
      ),
    async run(context, [id = ''], { keep }) {
      await context.withEngine((engine) => engine.call('conflicts.resolve', { id, keep: keep as 'mine' }), { begin: true });
      context.answer({ id, keep }, `Kept ${plain(keep)}; the next sync carries it on.`);
    },
  });
}
