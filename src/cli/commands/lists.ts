import { type Command, InvalidArgumentError, Option } from 'commander';
import { errorLine } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { count, plain, size, table, when } from '../text.ts';
import { everyPage } from '../pages.ts';
import { addUndoCommand, undoCell } from './undo.ts';

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > max) throw new InvalidArgumentError(`It is a whole number from 1 to ${max}.`);
    return value;
  };
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
        `${errorLine(row.reason)} [${row.reason.code}]`,
      ]);
      context.answer(
        { rows, next: null },
        table(['PATH', 'NEXT TRY', 'WHY'], shown) || 'No item has a problem. `tidemark status` says whether something is still under way.',
      );
      return rows.length > 0 ? 3 : 0;
    },
  });

  const questions = addGroup(program, 'questions', 'What waits for your decision');
  addCommand(questions, shell, {
    usage: 'list',
    about: 'List the questions',
    async run(context) {
      const listed = await context.withEngine((engine) => engine.call('questions.list', {}), { begin: true });
      const text = listed.questions.map((question) =>
        [
          `${question.id}: ${count(question.items, 'item is', 'items are')} gone ${question.side === 'here' ? 'on this device' : 'in the cloud'}, e.g. ${question.examples.slice(0, 3).map(plain).join(', ')}`,
          ...(question.goneBefore > 0
            ? [`  ${count(question.goneBefore, 'more item was', 'more items were')} deleted just before that; see tidemark activity`]
            : []),
          `  bring them back:          tidemark questions answer ${question.id} keep`,
          `  delete them ${question.side === 'here' ? 'in the cloud' : 'here'} too:  tidemark questions answer ${question.id} delete`,
        ].join('\n'),
      );
      context.answer(listed, text.join('\n') || 'Nothing waits for you.');
    },
  });
  addCommand(questions, shell, {
    usage: 'answer <id> <choice>',
    about: 'Answer a question: keep or delete',
    async run(context, [id = '', choice = '']) {
      await context.withEngine((engine) => engine.call('questions.answer', { id, choice: choice as 'keep' }));
      context.answer({ id, choice }, `Answered ${plain(choice)}; the next sync does it.`);
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
      const rows = [
        ['current', size(conflict.currentSizeBytes), conflict.path],
        ['copy', size(conflict.copySizeBytes), conflict.copyPath],
      ];
      context.answer(conflict, `From ${plain(conflict.device)}, ${when(conflict.at)}\n${table(['VERSION', 'SIZE', 'PATH'], rows)}`);
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
