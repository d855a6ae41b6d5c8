import { nameKey, sameName } from '../../base/index.ts';
import { type LocalNode, PARKED_ID, type RemoteNode, ROOT_ID } from '../model/index.ts';
import type { Context } from './context.ts';
import { blockedName, RULES_FILE } from './left-out.ts';
import { clash, freeConflictName, yieldName } from './place.ts';
import { waitHere, waitThere } from './standstill.ts';
import { verdictOf } from './verdict.ts';

/** New in the cloud: bring it here once its folder is here and its name is free. */
export function decideNewThere(ctx: Context, remote: RemoteNode): void {
  const { id } = remote;
  // Its folder first: what is in one that cannot be held is not reported beside it.
  if (!ctx.isLocalFolder(remote.parentId)) return waitHere(ctx, id);
  if (!ctx.policy.canHold(remote.name)) return ctx.block(id, { code: 'name_not_holdable', params: { name: remote.name } });
  // The folder here is where a rule leaves out; it is about to part from the cloud's.
  if (ctx.isLeftOutAt('local', remote.parentId)) return ctx.wait(id, remote.parentId);
  const occupant = ctx.localOccupant(remote, id);
  if (occupant !== undefined) return ctx.isLeftOut(occupant.id) ? blockedName(ctx, remote) : waitHere(ctx, id);
  const rules = remote.kind === 'file' && remote.name !== RULES_FILE ? ctx.scope.awaitedRules('remote', remote.parentId) : undefined;
  if (rules !== undefined) return ctx.wait(id, rules);
  ctx.emit({ op: remote.kind === 'file' ? 'download' : 'mkdir_local', id }, 'new_there');
}

/** New here: bring it to the cloud, unless the cloud has something of that name. */
export function decideNewHere(ctx: Context, local: LocalNode): void {
  const { id } = local;
  if (local.parentId === PARKED_ID) return unpark(ctx, local);
  if (!ctx.isRemoteFolder(local.parentId)) return waitThere(ctx, id);
  if (ctx.isLeftOutAt('remote', local.parentId)) return ctx.wait(id, local.parentId);
  const occupant = ctx.remoteOccupant(local, id);
  if (occupant !== undefined && ctx.isLeftOut(occupant.id)) return blockedName(ctx, local);
  if (occupant !== undefined) return meet(ctx, local, occupant);
  const rival = strongerSibling(ctx, local);
  if (rival !== undefined) return clash(ctx, local, rival.name);
  const rules = local.name === RULES_FILE ? undefined : ctx.scope.awaitedRules('local', local.parentId);
  if (rules !== undefined) return ctx.wait(id, rules);
  if (local.kind === 'folder') return ctx.emit({ op: 'mkdir_remote', id }, 'new_here');
  if (local.content === null) return ctx.emit({ op: 'hash', id }, 'read_first');
  ctx.emit({ op: 'upload', id }, 'new_here');
}

/** Something new here has the name of something in the cloud. */
function meet(ctx: Context, local: LocalNode, remote: RemoteNode): void {
  const { id } = local;
  switch (ctx.standing(remote.id)) {
    case 'gone_here':
      return waitThere(ctx, id);
    case 'settled_or_changed': {
      const verdict = verdictOf(ctx, remote.id);
      if (verdict === 'move_there') return waitThere(ctx, id);
      if (verdict === 'agree') return clash(ctx, local, remote.name);
      ctx.include(remote.id);
      return yieldName(ctx, local, remote);
    }
    default:
      return bothNew(ctx, local, remote);
  }
}

function bothNew(ctx: Context, local: LocalNode, remote: RemoteNode): void {
  const { id } = local;
  ctx.include(remote.id);
  if (!sameName(local.name, remote.name)) return clash(ctx, local, remote.name);
  // A disk that holds both compositions of a name may have two items for this one: the first of them is it.
  const rival = strongerSibling(ctx, local, (name) => sameName(name, remote.name));
  if (rival !== undefined) return clash(ctx, local, rival.name);
  if (local.kind === 'folder' && remote.kind === 'folder') return ctx.emit({ op: 'adopt', id, remoteId: remote.id }, 'same_on_both');
  if (local.kind === 'file' && remote.kind === 'file') {
    if (local.content === null) return ctx.emit({ op: 'hash', id }, 'read_first');
    if (local.content.hash === remote.content.hash) return ctx.emit({ op: 'adopt', id, remoteId: remote.id }, 'same_on_both');
  }
  yieldName(ctx, local, remote);
}

/**
 * Another item of the same folder whose name the cloud cannot tell from this one. The one that was known before goes
 * first, else the one whose name sorts first: the same answer whichever of them is asked.
 */
function strongerSibling(ctx: Context, local: LocalNode, counts: (name: string) => boolean = () => true): LocalNode | undefined {
  for (const sibling of ctx.trees.local.named(local.parentId, nameKey(local.name))) {
    if (sibling.id === local.id || !counts(sibling.name)) continue;
    const known = ctx.standing(sibling.id) !== 'new_here';
    if (known || sibling.name < local.name || (sibling.name === local.name && sibling.id < local.id)) return sibling;
  }
  return undefined;
}

/** Parked, and meanwhile an item of its own: back into sight, at the top of the folder. */
function unpark(ctx: Context, local: LocalNode): void {
  const name = ctx.nameTaken(ROOT_ID, nameKey(local.name)) ? freeConflictName(ctx, { ...local, parentId: ROOT_ID }) : local.name;
  if (name === undefined) return ctx.block(local.id, { code: 'conflict_limit', params: { name: local.name } });
  ctx.reserve(ROOT_ID, name);
  ctx.emit({ op: 'move_local', id: local.id, to: { parentId: ROOT_ID, name } }, 'back_in_sight');
}
