import { type Command, InvalidArgumentError } from 'commander';
import { assertNever } from '../../base/index.ts';
import { type Activity, TidemarkError, type UndoResult } from '../../contract/index.ts';
import type { OpenedEngine } from '../../host/index.ts';
import { addCommand, type Shell } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Context, Exit } from '../context.ts';
import { errorLine } from '../language.ts';
import { count, plain, when } from '../text.ts';

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
  addCommand<{ yes?: boolean }>(program, shell, {
    usage: 'undo <activity-id...>',
    about: 'Undo something from the activity; an undo can be undone in turn',
    options: (command) => command.option('--yes', 'also what deletes something, without asking'),
    help: [
      'Several are undone one after the other, the newest first. What was changed since is kept: then nothing is undone.',
      'Undoing the arrival of a file or folder deletes it, here and in the cloud; both keep it in their trash for 30 days.',
      'It asks before that; without a terminal it needs --yes, and does nothing at all otherwise.',
      'Exit codes: 0 all undone, 3 some could not be, 7 nothing was done since something would be deleted.',
    ].join('\n'),
    run(context, args, { yes = false }) {
      const ids = args.map(activityId);
      return context.withEngine((engine) => undo(context, engine, ids, yes), { begin: true });
    },
  });
}

async function undo(context: Context, engine: OpenedEngine, ids: readonly number[], yes: boolean): Promise<Exit> {
  const deletes = yes ? [] : await deletingLines(engine, ids);
  const [deleted] = deletes;
  if (deleted !== undefined && ids.length === 1) {
    // Nobody is asked about what does not go anyway. Of several each may depend on the one before it.
    const { refused } = await engine.call('activity.checkUndo', { id: deleted.id });
    if (refused !== null) throw new TidemarkError(refused.code, refused.params);
  }
  if (deletes.length > 0 && (await confirm(context, `${deletionText(deletes)}\nDelete it?`)) !== true) {
    const again = `tidemark undo ${ids.join(' ')} --yes`;
    context.answer({ results: [], deletes, command: again }, `Nothing was undone.\n${deletionText(deletes)}\n  delete it:  ${again}`);
    return 7;
  }
  const answer = await engine.call('activity.undo', { ids: [...ids] });
  const [only] = answer.results;
  if (answer.results.length === 1 && only?.outcome === 'failed') throw new TidemarkError(only.error.code, only.error.params);
  context.answer(answer, answer.results.map((result) => `${result.id}: ${sentence(result)}`).join('\n'));
  return answer.results.every(({ outcome }) => outcome === 'undone') ? 0 : 3;
}

/** Those of the lines whose undo takes something away, here and from everywhere. */
async function deletingLines(engine: OpenedEngine, ids: readonly number[]): Promise<readonly Activity[]> {
  const oldest = Math.min(...ids);
  const found: Activity[] = [];
  for (let cursor: string | null = String(Math.max(...ids) + 1); cursor !== null;) {
    const page: { readonly rows: readonly Activity[]; readonly next: string | null } = await engine.call('activity.list', {
      limit: 1000,
      cursor,
    });
    found.push(...page.rows.filter(({ id, undo: { way, state } }) => ids.includes(id) && way === 'take_away' && state === 'possible'));
    // The newest come first.
    cursor = (page.rows.at(-1)?.id ?? 0) > oldest ? page.next : null;
  }
  return found;
}

const MOST_NAMES = 10;

function deletionText(lines: readonly Activity[]): string {
  const more = lines.length - MOST_NAMES;
  return [
    `This deletes ${count(lines.length, 'item')}, here, in the cloud and on the other devices:`,
    ...lines.slice(0, MOST_NAMES).map(({ path }) => `  ${plain(path)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    'What is deleted goes to the trash of this device and to that of the cloud, which keep it for 30 days.',
  ].join('\n');
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
