import { type Command, InvalidArgumentError } from 'commander';
import { assertNever } from '../../base/index.ts';
import { type Activity, TidemarkError, type UndoResult, errorLine } from '../../contract/index.ts';
import { addCommand, type Shell } from '../command.ts';
import { plain, when } from '../text.ts';

/** For the table of the activity. */
export function undoCell({ undo }: Activity): string {
  switch (undo.state) {
    case 'possible':
      return `${undo.way === 'take_away' ? 'deletes it, ' : ''}until ${when(undo.until)}`;
    case 'done':
      return 'undone';
    case 'expired':
      return 'over';
    case 'impossible':
      return '';
    default:
      return assertNever(undo.state);
  }
}

export function addUndoCommand(program: Command, shell: Shell): void {
  addCommand(program, shell, {
    usage: 'undo <activity-id...>',
    about: 'Undo something from the activity; an undo can be undone in turn',
    help: [
      'Several are undone one after the other, the newest first. What was changed since is kept: then nothing is undone.',
      'Undoing the arrival of a file or folder deletes it, here and in the cloud; both keep it in their trash for 30 days.',
      'Exit codes: 0 all undone, 3 some could not be.',
    ].join('\n'),
    async run(context, args) {
      const ids = args.map(activityId);
      const answer = await context.withEngine((engine) => engine.call('activity.undo', { ids }), { begin: true });
      const [only] = answer.results;
      if (answer.results.length === 1 && only?.outcome === 'failed') throw new TidemarkError(only.error.code, only.error.params);
      context.answer(answer, answer.results.map((result) => `${result.id}: ${sentence(result)}`).join('\n'));
      return answer.results.every(({ outcome }) => outcome === 'undone') ? 0 : 3;
    },
  });
}

function activityId(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) throw new InvalidArgumentError('The first column of `tidemark activity` has the numbers.');
  return id;
}

/** What was done, in words. */
function sentence(result: UndoResult): string {
  if (result.outcome === 'failed') return `not undone. ${plain(errorLine(result.error))} [${result.error.code}]`;
  const path = plain(result.activity.path);
  switch (result.way) {
    case 'bring_back':
      return `brought back as ${path}.`;
    case 'put_previous':
      return `${path} has its earlier content again; the newer one is in the trash here and in the history in the cloud.`;
    case 'take_away':
      return `${path} is in the trash of this device, and with the next sync in that of the cloud.`;
    case 'move_back':
      return `moved back to ${path}.`;
    case 'restore_in_cloud':
      return `${path} is back in the cloud; it comes with the next sync.`;
    case 'restore_version':
      return `${path} has its earlier version again; it comes with the next sync.`;
    case 'open_conflict':
      return `both versions of ${path} are there again; they come with the next sync.`;
    case 'choose_again':
      return `decided as before; the next sync carries it on.`;
    default:
      return assertNever(result.way);
  }
}
