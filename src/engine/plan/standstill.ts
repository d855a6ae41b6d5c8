import { below, type LocalNode, type NodeId, PARKED_ID, type RemoteNode, ROOT_ID } from '../model/index.ts';
import type { Context } from './context.ts';
import { placeOf } from './same.ts';
import type { RemoteStep } from './operations.ts';
import { between, openers, verdictOf } from './verdict.ts';

/**
 * Items that cannot go to their place yet wait for others: for a folder to be made, for a name to become free, for a
 * folder to be left. Where such waiting closes a circle, somebody has to break it: in the cloud all of the circle is
 * changed at once (a group of a commit), on the disk one item steps out of sight first (parked).
 */

/** A group larger than this is not made (the cloud takes 500 entries). */
const MAX_STEPS = 400;

/** The item waits for a change in the cloud. */
export function waitThere(ctx: Context, id: NodeId): void {
  ctx.waitFor(id, blockersThere(ctx, id));
  // A new file is in nobody's way: no circle leads through it.
  if (ctx.standing(id) === 'new_here' && ctx.local(id)?.kind === 'file') return;
  const circle = closure(id, (at) => blockersThere(ctx, at));
  if (circle === undefined) return;
  const [first] = [...circle].sort();
  const steps = stepsOf(ctx, circle);
  if (first === undefined || steps === undefined) return;
  const placed = steps.flatMap((step) => (step.step === 'delete' ? [] : [step]));
  const together = new Set(placed.map((step) => step.id));
  // Together with what is planned already it may be a circle of parents: then it has to wait a round.
  for (const step of placed) ctx.planParent('remote', step.id, step.to.parentId);
  if (placed.some((step) => ctx.mayBeAbove('remote', step.id, step.to.parentId, together))) return;
  const items = steps.filter((step) => step.step === 'delete').reduce((sum, step) => sum + 1 + countGone(ctx, step.id), 0);
  ctx.emit({ op: 'rearrange_remote', id: first, steps, items }, 'circle');
}

/** The item waits for a change on the disk. */
export function waitHere(ctx: Context, id: NodeId): void {
  ctx.waitFor(id, blockersHere(ctx, id));
  if (ctx.standing(id) === 'new_there' && ctx.remote(id)?.kind === 'file') return;
  const circle = closure(id, (at) => blockersHere(ctx, at));
  // What is out of sight already is in nobody's way.
  const inTheWay = (at: NodeId): boolean =>
    verdictOf(ctx, at) === 'move_here' && ctx.local(at)?.parentId !== PARKED_ID && !ctx.isLeftOut(at);
  const members = [...(circle ?? [])];
  const [first] = members.filter(inTheWay).sort();
  // Nobody goes out of sight for one that cannot move now.
  if (first !== undefined && !members.some((at) => ctx.policy.busy(at))) ctx.emit({ op: 'park_local', id: first }, 'circle');
}

/** Everything reachable from `id`, if that leads back to `id`. */
function closure(id: NodeId, next: (at: NodeId) => readonly NodeId[]): ReadonlySet<NodeId> | undefined {
  const reached = new Set<NodeId>();
  const queue = [...next(id)];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    if (reached.size > MAX_STEPS) return undefined;
    for (const one of next(at)) queue.push(one);
  }
  return reached.has(id) ? reached : undefined;
}

function blockersThere(ctx: Context, id: NodeId): readonly NodeId[] {
  if (ctx.isLeftOut(id)) return [];
  const remote = ctx.remote(id);
  const local = ctx.local(id);
  switch (ctx.standing(id)) {
    case 'gone_here':
      return remote?.kind === 'folder' ? leaving(ctx, 'remote', id) : [];
    case 'new_here':
    case 'settled_or_changed': {
      if (local === undefined || (remote !== undefined && verdictOf(ctx, id) !== 'move_there')) return [];
      if (!ctx.isRemoteFolder(local.parentId)) return [local.parentId];
      const below = remote !== undefined && ctx.isAbove('remote', id, local.parentId) ? openers(ctx, local, id) : [];
      const occupant = ctx.remoteOccupant(local, id);
      return occupant === undefined ? below : [...below, occupant.id];
    }
    default:
      return [];
  }
}

function blockersHere(ctx: Context, id: NodeId): readonly NodeId[] {
  if (ctx.isLeftOut(id)) return [];
  const remote = ctx.remote(id);
  const local = ctx.local(id);
  switch (ctx.standing(id)) {
    case 'gone_there':
      return local?.kind === 'folder' ? leaving(ctx, 'local', id) : [];
    case 'new_there':
    case 'settled_or_changed': {
      if (remote === undefined || (local !== undefined && verdictOf(ctx, id) !== 'move_here')) return [];
      if (!ctx.isLocalFolder(remote.parentId)) return [remote.parentId];
      const above = local !== undefined && ctx.isAbove('local', id, remote.parentId) ? between(ctx, 'local', remote.parentId, id) : [];
      const occupant = ctx.localOccupant(remote, id);
      return occupant === undefined ? above : [...above, occupant.id];
    }
    default:
      return [];
  }
}

/** Items below a folder that is to be deleted which are about to move out of it, or whose content is not known yet. */
function leaving(ctx: Context, tree: 'remote' | 'local', id: NodeId): NodeId[] {
  const ids: NodeId[] = [];
  for (const child of below<RemoteNode | LocalNode>(ctx.trees[tree], id, (at) => ctx.standing(at) !== 'settled_or_changed')) {
    if (ctx.standing(child.id) === 'settled_or_changed') ids.push(child.id);
    else if (tree === 'local' && 'content' in child && child.content === null) ids.push(child.id);
  }
  return ids;
}

/** The circle as steps of one group, or undefined when a member cannot take part now. */
function stepsOf(ctx: Context, circle: ReadonlySet<NodeId>): readonly RemoteStep[] | undefined {
  const made: RemoteStep[] = [];
  const moved: RemoteStep[] = [];
  const deleted: RemoteNode[] = [];
  for (const id of [...circle].sort((a, b) => depth(ctx, a) - depth(ctx, b) || (a < b ? -1 : 1))) {
    if (ctx.policy.busy(id) || ctx.operations.has(id) || ctx.isLeftOut(id)) return undefined;
    const local = ctx.local(id);
    const remote = ctx.remote(id);
    const standing = ctx.standing(id);
    if (standing === 'gone_here' && remote !== undefined && ctx.fates.ofRemote(id) !== 'revive') deleted.push(remote);
    else if (standing === 'new_here' && local?.kind === 'folder') made.push({ step: 'mkdir', id, to: placeOf(local) });
    else if (standing === 'settled_or_changed' && local !== undefined && verdictOf(ctx, id) === 'move_there')
      moved.push({ step: 'move', id, to: placeOf(local) });
    else return undefined;
  }
  const tops = deleted.filter((node) => !deleted.some((other) => other.id !== node.id && ctx.isAbove('remote', other.id, node.parentId)));
  return [...made, ...moved, ...tops.map(({ id }): RemoteStep => ({ step: 'delete', id }))];
}

function depth(ctx: Context, id: NodeId): number {
  let steps = 0;
  for (let at = ctx.local(id)?.parentId; at !== undefined && at !== ROOT_ID && steps < 1000; at = ctx.local(at)?.parentId) steps += 1;
  return steps;
}

/** Items below that are gone here, that is, that a delete takes along. */
function countGone(ctx: Context, id: NodeId): number {
  const isGone = (at: NodeId): boolean => ctx.standing(at) === 'gone_here';
  return [...below(ctx.trees.remote, id, isGone)].filter((node) => isGone(node.id)).length;
}
