import fc from 'fast-check';
import { type NodeId, PARKED_ID, ROOT_ID } from '../../../model/index.ts';
import type { Place } from '../../../plan/index.ts';
import { AbstractWorld } from '../abstract-world.ts';

/** Names that no two platforms quarrel about. */
const PLAIN = ['a', 'b', 'c', 'd.txt'] as const;
/** The same name in two cases, in two compositions, like a conflict version, and one that Windows cannot hold. */
const RICH = ['a', 'A', 'b.txt', 'B.txt', 'caf\u00e9', 'cafe\u0301', 'a (conflict, Desk, 2026-03-01)', 'what?'] as const;

/** What the disk of a device can hold. */
export interface Platform {
  readonly caseSensitive: boolean;
  readonly canHold: (name: string) => boolean;
}
export const LINUX: Platform = { caseSensitive: true, canHold: () => true };
export const MAC: Platform = { caseSensitive: false, canHold: () => true };
export const WINDOWS: Platform = { caseSensitive: false, canHold: (name) => !name.includes('?') };

type Kind =
  'edit' | 'edit_unread' | 'touch' | 'delete' | 'move' | 'rename' | 'swap' | 'add_file' | 'add_folder' | 'same_add' | 'replace' | 'park';

const PLAIN_KINDS: readonly Kind[] = [
  'edit',
  'edit_unread',
  'delete',
  'move',
  'move',
  'move',
  'swap',
  'add_file',
  'add_folder',
  'same_add',
];
const ALL_KINDS: readonly Kind[] = [...PLAIN_KINDS, 'touch', 'rename', 'rename', 'replace', 'replace', 'park'];

export interface Action {
  readonly kind: Kind;
  /** Numbers choose among what is there, so that every sequence is one that a person could do. */
  readonly which: number;
  readonly into: number;
  readonly name: string;
}
export type Base = readonly { readonly folder: boolean; readonly into: number; readonly name: string }[];
/** One agreed tree, what was done to it on both sides, and a seed for the order of everything after. */
export interface Seeds {
  readonly base: Base;
  readonly here: readonly Action[];
  readonly there: readonly Action[];
  readonly order: number;
}

function seedsOf(names: readonly string[], kinds: readonly Kind[]): fc.Arbitrary<Seeds> {
  const name = fc.constantFrom(...names);
  const action = fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(50), into: fc.nat(50), name });
  return fc.record({
    base: fc.array(fc.record({ folder: fc.boolean(), into: fc.nat(20), name }), { maxLength: 12 }),
    here: fc.array(action, { maxLength: 8 }),
    there: fc.array(action, { maxLength: 8 }),
    order: fc.nat(),
  });
}

/** Worlds that end with three equal trees. */
export const plainSeeds = seedsOf(PLAIN, PLAIN_KINDS);
/** One agreed tree on some devices, and what was done on each of them. */
export const deviceSeeds = fc.record({
  base: plainSeeds.map(({ base }) => base),
  done: fc.array(
    plainSeeds.map(({ here }) => here),
    { minLength: 2, maxLength: 3 },
  ),
  order: fc.nat(),
});
/** Many new items on both sides that want one name, and names that conflict versions have already. */
export const clashSeeds = seedsOf(
  ['a', 'a (conflict, Desk, 2026-03-01)', 'a (conflict, Desk, 2026-03-01 2)'],
  ['add_file', 'add_file', 'add_file', 'add_folder', 'edit', 'rename', 'replace'],
);
/** Worlds in which items are only moved. */
export const moveSeeds = seedsOf(PLAIN, ['move', 'move', 'rename', 'swap']);
/** Worlds in which some items can only be reported. */
export const richSeeds = seedsOf(RICH, ALL_KINDS);

export function agreedWorld(base: Base, platform = LINUX): AbstractWorld {
  const world = new AbstractWorld(platform.caseSensitive);
  const folders: NodeId[] = [ROOT_ID];
  for (const { folder, into, name } of base) {
    const parentId = folders[into % folders.length] ?? ROOT_ID;
    if (!platform.canHold(name) || !world.canPut('remote', { parentId, name })) continue;
    const id = world.nextId();
    world.putRemote(id, { parentId, name }, folder ? 'folder' : 'file', `base-${id}`);
    world.putLocal(id, { parentId, name }, folder ? 'folder' : 'file', `base-${id}`);
    world.settle(id);
    if (folder) folders.push(id);
  }
  return world;
}

/** Does to one side what people do. On the disk only names that it can hold. */
export function perturb(
  world: AbstractWorld,
  side: 'remote' | 'local',
  actions: readonly Action[],
  platform = LINUX,
  who: string = side,
): void {
  for (const [step, action] of actions.entries()) {
    if (side === 'remote' || platform.canHold(action.name)) act(world, side, action, `${who}-${step}`);
  }
}

export function bothChanged({ base, here, there }: Seeds, platform = LINUX): AbstractWorld {
  const world = agreedWorld(base, platform);
  perturb(world, 'local', here, platform);
  perturb(world, 'remote', there);
  return world;
}

function act(world: AbstractWorld, side: 'remote' | 'local', { kind, which, into, name }: Action, fresh: string): void {
  const nodes = [...world[side].values()].filter((one) => one.parentId !== PARKED_ID).sort((x, y) => (x.id < y.id ? -1 : 1));
  const folders = [ROOT_ID, ...nodes.filter((one) => one.kind === 'folder').map((one) => one.id)];
  const node = nodes[which % Math.max(1, nodes.length)];
  const place: Place = { parentId: folders[into % folders.length] ?? ROOT_ID, name };
  const put = (id: NodeId, to: Place, what: 'file' | 'folder', hash: string): void => {
    if (side === 'remote') world.putRemote(id, to, what, hash);
    else world.putLocal(id, to, what, hash);
  };
  const newId = (): NodeId => world.nextId().replace('a', side === 'remote' ? 'c' : 'd');
  switch (kind) {
    case 'edit':
    case 'edit_unread':
      if (node?.kind !== 'file') return;
      put(node.id, node, 'file', fresh);
      if (side === 'local') world.unread.set(node.id, fresh);
      if (side === 'local' && kind === 'edit_unread') world.putLocal(node.id, node, 'file', null);
      return;
    case 'touch':
      if (node?.kind !== 'file' || node.content === null) return;
      if (side === 'remote') return world.putRemote(node.id, node, 'file', node.content.hash);
      world.unread.set(node.id, node.content.hash);
      return world.putLocal(node.id, node, 'file', null);
    case 'delete':
      if (node !== undefined) world.remove(side, node.id);
      return;
    case 'move':
      if (node !== undefined && world.canMove(side, node.id, place)) world.move(side, node.id, place);
      return;
    case 'rename': {
      const to = { parentId: node?.parentId ?? ROOT_ID, name };
      if (node !== undefined && world.canMove(side, node.id, to)) world.move(side, node.id, to);
      return;
    }
    case 'swap': {
      const other = nodes[into % Math.max(1, nodes.length)];
      if (node !== undefined && other !== undefined && node.id !== other.id) swap(world, side, node, other);
      return;
    }
    case 'replace': {
      // Another item of the same name, and as likely of the other kind.
      if (node === undefined) return;
      world.remove(side, node.id);
      return put(newId(), node, into % 2 === 0 ? 'file' : 'folder', into % 3 === 0 ? 'same' : fresh);
    }
    case 'park':
      // Only what sync itself sets aside is out of sight: a crash left it there.
      if (side === 'local' && node !== undefined && world.remote.get(node.id) !== undefined)
        world.move('local', node.id, { parentId: PARKED_ID, name: node.name });
      return;
    case 'add_file':
    case 'add_folder':
    case 'same_add':
      if (world.canPut(side, place)) put(newId(), place, kind === 'add_folder' ? 'folder' : 'file', kind === 'same_add' ? 'same' : fresh);
  }
}

function swap(world: AbstractWorld, side: 'remote' | 'local', node: Place & { id: NodeId }, other: Place & { id: NodeId }): void {
  const [one, two] = [placeOf(node), placeOf(other)];
  const copy = world.clone();
  copy.move(side, node.id, two);
  copy.move(side, other.id, one);
  if (!copy.canMove(side, node.id, two) || !copy.canMove(side, other.id, one)) return;
  world.move(side, node.id, two);
  world.move(side, other.id, one);
}

const placeOf = ({ parentId, name }: Place): Place => ({ parentId, name });
