import type { SeededRandom } from '../fakes/random.ts';
import { ROOT, type SimDevice } from './device.ts';
import type { Ledger } from './ledger.ts';
import { textsIn } from './texts-in.ts';

/** What a person does in the app by a list and a button. */
export interface AppHands {
  readonly device: SimDevice;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly note: (what: string) => void;
}

export async function useApp(hands: AppHands): Promise<void> {
  const chance = hands.random.next();
  if (chance < 0.5) await undoSomething(hands);
  else if (chance < 0.85) await keepAway(hands);
  else await keepHereAgain(hands);
}

/** Takes back up to three of the newest lines that can be. */
async function undoSomething({ device, random, ledger, note }: AppHands): Promise<void> {
  const { rows } = await device.call('activity.list', { limit: 60 });
  const possible = rows.filter(({ undo }) => undo.state === 'possible');
  const ways = [...new Set(possible.map(({ undo }) => undo.way))];
  // Each way as often as the others, however many lines there are of it.
  const ids = Array.from({ length: ways.length === 0 ? 0 : 1 + random.below(3) }, () => {
    const way = random.pick(ways);
    return random.pick(possible.filter(({ undo }) => undo.way === way)).id;
  });
  if (ids.length === 0) return;
  // What goes from sight now does so because a person wanted it; it must be somewhere all the same.
  ledger.mayDeleteMuch = true;
  for (const id of ids) ledger.chosen(device.rows.hashesOfUndo(id));
  const { results } = await device.call('activity.undo', { ids: [...new Set(ids)] });
  for (const { id, outcome } of results) {
    const line = rows.find((row) => row.id === id);
    note(`undo ${line?.kind ?? ''} ${line?.path ?? ''}: ${outcome}`);
    // What came into a folder between the click and its way into the trash goes with it.
    if (line?.undo.way === 'take_away' && outcome === 'undone')
      ledger.chosen(trashedAs(device, line.path).map((text) => ledger.hashOf(text)));
  }
}

/** Texts in the trash below what had the name of the path. */
function trashedAs(device: SimDevice, path: string): string[] {
  const days = device.disk.volume.find(`${ROOT}/.tidemark/trash`)?.entries.values() ?? [];
  const slots = [...days].flatMap((day) => [...day.inode.entries.values()]);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return slots.flatMap(({ inode }) =>
    [...inode.entries.values()].flatMap((entry) => (entry.printable === name ? textsIn(entry.inode) : [])),
  );
}

async function keepAway({ device, random, note }: AppHands): Promise<void> {
  const { rows } = await device.call('files.list', { path: '', limit: 100 });
  const folders = rows.filter(({ kind }) => kind === 'folder');
  const folder = folders[random.below(folders.length + 1)];
  if (folder === undefined) return;
  note(`does not keep ${folder.path} here`);
  await device.call('selection.exclude', { path: folder.path });
}

async function keepHereAgain({ device, random, note }: AppHands): Promise<void> {
  const { folders } = await device.call('selection.list', {});
  const folder = folders[random.below(folders.length + 1)];
  if (folder === undefined) return;
  note(`keeps ${folder.path} here again`);
  await device.call('selection.include', { path: folder.path });
}
