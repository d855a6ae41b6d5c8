import { nameKey } from '../../../../base/index.ts';
import { type NodeId, ROOT_ID } from '../../../model/index.ts';
import type { Plan } from '../../../plan/index.ts';
import { samePlace } from '../../../plan/index.ts';
import type { AbstractWorld } from '../abstract-world.ts';

/** What the files of one side hold, also those that were not read yet. */
export function hashes(world: AbstractWorld, side: 'remote' | 'local'): Set<string> {
  const all = new Set<string>();
  for (const node of world[side].values()) {
    if (node.kind === 'file') all.add(node.content === null ? (world.unread.get(node.id) ?? '?') : node.content.hash);
  }
  return all;
}

/** Contents that people wrote since both sides agreed. */
export const writtenIn = (world: AbstractWorld): readonly string[] =>
  [...hashes(world, 'local'), ...hashes(world, 'remote')].filter((hash) => !hash.startsWith('base-'));

/** Of the contents, those that are nowhere any more. */
export function lost(world: AbstractWorld, written: readonly string[]): readonly string[] {
  const kept = new Set([...hashes(world, 'remote'), ...hashes(world, 'local')]);
  return written.filter((hash) => !kept.has(hash));
}

/** Ids whose three rows do not agree. */
export const unsettled = (world: AbstractWorld): readonly NodeId[] => [...world.ids()].filter((id) => !isSettled(world, id));

function isSettled(world: AbstractWorld, id: NodeId): boolean {
  const [remote, local, synced] = [world.remote.get(id), world.local.get(id), world.synced.get(id)];
  if (remote === undefined || local === undefined || synced === undefined) return false;
  if (remote.kind !== local.kind || remote.revision !== synced.revision || !samePlace(remote, local) || !samePlace(remote, synced))
    return false;
  return (
    remote.kind === 'folder' ||
    (local.kind === 'file' && synced.kind === 'file' && local.content?.hash === remote.content.hash && synced.hash === remote.content.hash)
  );
}

/**
 * Unsettled items that no report explains: they have nothing to do with any item that only a person can help, neither as
 * its folder or part of it, nor through a name that both want.
 */
export function unexplained(world: AbstractWorld, { blocked }: Plan): readonly NodeId[] {
  const reached = new Set(blocked.map(({ id }) => id));
  const trees = [world.remote, world.local, world.synced];
  for (const id of reached) {
    for (const tree of trees) {
      const node = tree.get(id);
      for (const child of tree.children(id)) reached.add(child.id);
      if (node === undefined) continue;
      if (node.parentId !== ROOT_ID) reached.add(node.parentId);
      for (const other of trees) for (const rival of other.named(node.parentId, nameKey(node.name))) reached.add(rival.id);
    }
  }
  return unsettled(world).filter((id) => !reached.has(id));
}
