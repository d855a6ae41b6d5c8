import { nameKey, sameName } from '../../base/index.ts';
import { type LocalNode, type NodeId, PARKED_ID, type RemoteNode } from '../model/index.ts';
import { conflictName } from '../conflict/index.ts';
import type { Context } from './context.ts';
import { blockedName, leaveFor } from './left-out.ts';
import { placeOf, samePlace } from './same.ts';
import { waitHere, waitThere } from './standstill.ts';
import { verdictOf } from './verdict.ts';

/** Decides the place of an item that is on both sides. True when both agree already. */
export function decidePlace(ctx: Context, remote: RemoteNode, local: LocalNode): boolean {
  switch (verdictOf(ctx, remote.id)) {
    case undefined:
    case 'agree':
      return true;
    case 'move_there':
      moveThere(ctx, remote, local);
      return false;
    case 'move_here':
      moveHere(ctx, remote);
      return false;
  }
}

function moveThere(ctx: Context, remote: RemoteNode, local: LocalNode): void {
  const { id } = remote;
  if (!ctx.isRemoteFolder(local.parentId)) return waitThere(ctx, id);
  if (ctx.isLeftOutAt('remote', local.parentId)) return ctx.wait(id, local.parentId);
  const occupant = ctx.remoteOccupant(local, id);
  if (occupant !== undefined) {
    if (ctx.isLeftOut(occupant.id)) return blockedName(ctx, local);
    const leaves = ctx.standing(occupant.id) === 'gone_here' || verdictOf(ctx, occupant.id) === 'move_there';
    if (leaves) return waitThere(ctx, id);
    ctx.include(occupant.id);
    return verdictOf(ctx, occupant.id) === 'agree' ? clash(ctx, local, occupant.name) : yieldName(ctx, local, occupant);
  }
  const rival = rivalMover(ctx, local);
  if (rival !== undefined) return clash(ctx, local, rival.name);
  if (ctx.isAbove('remote', id, local.parentId)) return waitThere(ctx, id);
  if (ctx.mayBeAbove('remote', id, local.parentId)) return ctx.wait(id);
  ctx.planParent('remote', id, local.parentId);
  ctx.emit({ op: 'move_remote', id, to: placeOf(local) }, 'moved_here');
}

/** This side moved it as well: the cloud's place wins. */
function movedBoth(ctx: Context, id: NodeId): boolean {
  const local = ctx.local(id);
  const synced = ctx.synced(id);
  return local !== undefined && synced !== undefined && local.parentId !== PARKED_ID && !samePlace(local, synced);
}

/**
 * Another item that was moved here to a name which the cloud cannot tell from this one's (`a` and `A`, on a disk that holds
 * both). The cloud would refuse whichever came second; the one whose name sorts first goes.
 */
function rivalMover(ctx: Context, local: LocalNode): LocalNode | undefined {
  for (const sibling of ctx.trees.local.named(local.parentId, nameKey(local.name))) {
    const first = sibling.name < local.name || (sibling.name === local.name && sibling.id < local.id);
    if (sibling.id !== local.id && first && verdictOf(ctx, sibling.id) === 'move_there') return sibling;
  }
  return undefined;
}

/** Puts the item here where the cloud has it. */
function moveHere(ctx: Context, remote: RemoteNode): void {
  const { id } = remote;
  if (!ctx.policy.canHold(remote.name)) return ctx.block(id, { code: 'name_not_holdable', params: { name: remote.name } });
  if (ctx.isExcludedThere(remote.parentId)) return leaveFor(ctx, id);
  if (!ctx.isLocalFolder(remote.parentId)) return waitHere(ctx, id);
  if (ctx.isAbove('local', id, remote.parentId)) return waitHere(ctx, id);
  if (ctx.isLeftOutAt('local', remote.parentId)) return ctx.wait(id, remote.parentId);
  const occupant = ctx.localOccupant(remote, id);
  if (occupant !== undefined) return ctx.isLeftOut(occupant.id) ? blockedName(ctx, remote) : waitHere(ctx, id);
  if (ctx.mayBeAbove('local', id, remote.parentId)) return ctx.wait(id);
  ctx.planParent('local', id, remote.parentId);
  ctx.emit({ op: 'move_local', id, to: placeOf(remote) }, movedBoth(ctx, id) ? 'both_moved' : 'moved_there');
}

/** The cloud's item keeps the name; the one here steps aside. Names that only look alike are reported instead (SYNC-SPEC 9). */
export function yieldName(ctx: Context, local: LocalNode, winner: RemoteNode): void {
  if (!sameName(local.name, winner.name)) return clash(ctx, local, winner.name);
  const name = freeConflictName(ctx, local);
  if (name === undefined) return ctx.block(local.id, { code: 'conflict_limit', params: { name: local.name } });
  const here = ctx.local(winner.id);
  const otherHere = here === undefined ? null : placeOf(here);
  ctx.emit({ op: 'rename_aside', id: local.id, name, inFavourOf: winner.id, otherHere }, 'name_taken');
}

export function clash(ctx: Context, local: LocalNode, other: string): void {
  ctx.block(local.id, { code: 'name_clash', params: { name: local.name, other } });
}

/** A conflict name that is free on both sides, promised to the caller. */
export function freeConflictName(ctx: Context, local: LocalNode): string | undefined {
  const name = conflictName(local.name, ctx.policy.deviceName, ctx.policy.day, (key) => ctx.nameTaken(local.parentId, key));
  if (name !== undefined) ctx.reserve(local.parentId, name);
  return name;
}
