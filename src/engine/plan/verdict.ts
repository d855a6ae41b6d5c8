import { type LocalNode, type NodeId, PARKED_ID, type RemoteNode, ROOT_ID, type SyncedNode } from '../model/index.ts';
import type { Context } from './context.ts';
import { samePlace } from './same.ts';

/** Who has to move so that both sides have the item in one place. */
export type PlaceVerdict = 'agree' | 'move_here' | 'move_there';

/** Move against move: the cloud's place wins (SYNC-SPEC 6), also when no agreed place is known. */
export function placeVerdict(remote: RemoteNode, local: LocalNode, synced: SyncedNode | undefined): PlaceVerdict {
  if (samePlace(remote, local)) return 'agree';
  if (local.parentId === PARKED_ID) return 'move_here';
  return synced !== undefined && samePlace(remote, synced) ? 'move_there' : 'move_here';
}

/**
 * The verdict of an item by id; undefined when it is not on both sides. An item that would end below itself (A into B
 * here, B into A there) goes back to the cloud's place.
 */
export function verdictOf(ctx: Context, id: NodeId): PlaceVerdict | undefined {
  const verdict = rawVerdict(ctx, id);
  const local = ctx.local(id);
  if (verdict !== 'move_there' || local?.kind !== 'folder' || !ctx.isAbove('remote', id, local.parentId)) return verdict;
  return endsBelowItself(ctx, id, local.parentId) ? 'move_here' : 'move_there';
}

function rawVerdict(ctx: Context, id: NodeId): PlaceVerdict | undefined {
  const remote = ctx.remote(id);
  const local = ctx.local(id);
  return remote === undefined || local === undefined ? undefined : placeVerdict(remote, local, ctx.synced(id));
}

/**
 * Follows the parents as they will be: from here where only this side moved, from the cloud else. Items of a circle that
 * `id` is not part of go back to the cloud's place themselves, so for them the cloud's parent counts.
 */
function endsBelowItself(ctx: Context, id: NodeId, parentId: NodeId): boolean {
  const reverted = new Set<NodeId>();
  const parentOf = (at: NodeId): NodeId | undefined => {
    const fromHere = ctx.remote(at) === undefined || (!reverted.has(at) && rawVerdict(ctx, at) === 'move_there');
    return (fromHere ? ctx.local(at) : ctx.remote(at))?.parentId;
  };
  for (;;) {
    const way: NodeId[] = [];
    let at: NodeId | undefined = parentId;
    while (at !== undefined && at !== ROOT_ID && !way.includes(at)) {
      if (at === id) return true;
      way.push(at);
      at = parentOf(at);
    }
    if (at === undefined || at === ROOT_ID) return false;
    const circle = way.slice(way.indexOf(at));
    const before = reverted.size;
    for (const member of circle) reverted.add(member);
    if (reverted.size === before) return false;
  }
}

/** Items between the wanted place and `id`, in the cloud, that move away from here. */
export function openers(ctx: Context, local: LocalNode, id: NodeId): NodeId[] {
  return between(ctx, 'remote', local.parentId, id).filter((at) => rawVerdict(ctx, at) === 'move_there');
}

/** Ids from `from` upwards until below `above`. */
export function between(ctx: Context, tree: 'remote' | 'local', from: NodeId, above: NodeId): NodeId[] {
  const ids: NodeId[] = [];
  for (let at: NodeId | undefined = from; at !== undefined && at !== above && at !== ROOT_ID && !ids.includes(at);) {
    ids.push(at);
    at = ctx.trees[tree].get(at)?.parentId;
  }
  return ids;
}
