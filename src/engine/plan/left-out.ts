import { type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { Context } from './context.ts';
import { verdictOf } from './verdict.ts';

/** Rules are never kept waiting for rules. */
export const RULES_FILE = '.tidemarkignore';

/**
 * Items that a rule leaves out (SYNC-SPEC 11). Each side is judged by its own place. Left out on both: nothing is done,
 * and what one side loses meanwhile will not be a deletion. Left out on one only, because it was moved: the two part ways,
 * and the one that is not left out is an item like any other. True when that is all there is to decide.
 */
export function decideLeftOut(ctx: Context, id: NodeId): boolean {
  const standing = ctx.standing(id);
  if (standing === 'nowhere' || standing === 'gone_both') return false;
  const here = ctx.isLeftOutAt('local', id);
  const there = ctx.isLeftOutAt('remote', id);
  if (standing === 'settled_or_changed') return decideBothThere(ctx, id, here, there);
  if (here || there) {
    setAside(ctx, id);
    return true;
  }
  if (ctx.isExcludedThere(id)) {
    if (standing === 'gone_here') ctx.emit({ op: 'revive_remote', id }, 'ignored');
    return true;
  }
  if (ctx.synced(id)?.aside !== true) return false;
  if (standing === 'gone_here') ctx.emit({ op: 'revive_remote', id }, 'ignored');
  else ctx.emit({ op: 'revive_local', id, whole: false }, 'ignored');
  return true;
}

function decideBothThere(ctx: Context, id: NodeId, here: boolean, there: boolean): boolean {
  if (here && there) {
    setAside(ctx, id);
    return true;
  }
  if (!here && !there) {
    if (ctx.synced(id)?.aside !== true) return false;
    ctx.emit({ op: 'take_up', id }, 'ignored');
    return true;
  }
  const verdict = verdictOf(ctx, id);
  const local = ctx.local(id);
  // Its folder is at two places: once that is settled, both sides are judged alike.
  if (verdict === 'agree' && local !== undefined && local.parentId !== ROOT_ID) ctx.wait(id, local.parentId);
  else ctx.emit({ op: 'revive_local', id, whole: true }, 'ignored');
  return true;
}

function setAside(ctx: Context, id: NodeId): void {
  const synced = ctx.synced(id);
  if (synced !== undefined && synced.aside !== true) ctx.emit({ op: 'set_aside', id }, 'ignored');
}

/** The name is taken by something that is left out, so it will not become free by itself. */
export function blockedName(ctx: Context, { id, name }: { readonly id: NodeId; readonly name: string }): void {
  ctx.block(id, { code: 'name_left_out', params: { name } });
}

/**
 * In a folder that is not kept on this device, and in step: it is taken away, the whole folder at once when all of it can
 * be. What the cloud does not have yet is sent first.
 */
export function decideExcluded(ctx: Context, id: NodeId): void {
  const local = ctx.local(id);
  if (local === undefined || local.parentId === PARKED_ID) return;
  const above = local.parentId;
  if (above !== ROOT_ID && ctx.scope.excluded(above)) {
    ctx.include(above);
    // The folder goes as a whole, or waits until it can.
    if (removal(ctx, above) !== 'never') return;
  }
  switch (removal(ctx, id)) {
    case 'now':
      return ctx.emit({ op: 'drop_copy', id }, 'not_kept');
    case 'later':
      return ctx.waitFor(
        id,
        [...ctx.trees.local.children(id)].map((child) => child.id),
      );
    case 'never':
      for (const child of ctx.trees.local.children(id)) ctx.include(child.id);
  }
}

/**
 * The cloud has it in a folder that is not kept here: it goes there, once the cloud has all of it. A folder with something
 * in it that stays here goes on as a folder of its own, and what else it holds goes there one by one.
 */
export function leaveFor(ctx: Context, id: NodeId): void {
  const removed = judgeRemoval(ctx, id, true);
  if (removed === 'now') ctx.emit({ op: 'drop_copy', id }, 'not_kept');
  else if (removed === 'never') ctx.emit({ op: 'revive_local', id, whole: false }, 'not_kept');
  else
    ctx.waitFor(
      id,
      [...ctx.trees.local.children(id)].map((child) => child.id),
    );
}

/** When an item can be taken away. `never`: something in the folder stays where it is, so the folder does. */
export type Removal = 'now' | 'later' | 'never';

function removal(ctx: Context, id: NodeId): Removal {
  let known = ctx.removals.get(id);
  if (known === undefined) {
    known = judgeRemoval(ctx, id);
    ctx.removals.set(id, known);
  }
  return known;
}

function judgeRemoval(ctx: Context, id: NodeId, isMoved = false): Removal {
  const local = ctx.local(id);
  const remote = ctx.remote(id);
  const synced = ctx.synced(id);
  if (ctx.isLeftOutAt('local', id)) return 'never';
  if (local === undefined || remote === undefined || synced === undefined || synced.aside === true || ctx.policy.busy(id)) return 'later';
  if (!ctx.scope.excluded(id) || (!isMoved && verdictOf(ctx, id) !== 'agree') || remote.kind !== local.kind) return 'later';
  if (local.kind === 'file') {
    const agreed =
      remote.kind === 'file' &&
      local.content?.hash === remote.content.hash &&
      synced.kind === 'file' &&
      synced.hash === remote.content.hash;
    return agreed ? 'now' : 'later';
  }
  // What the cloud has moved in is still on its way here, and goes with the folder.
  for (const child of ctx.trees.remote.children(id)) if ((ctx.local(child.id)?.parentId ?? id) !== id) return 'later';
  let answer: Removal = local.holdsIgnored === true ? 'never' : 'now';
  for (const child of ctx.trees.local.children(id)) {
    const one = removal(ctx, child.id);
    if (one === 'later') return 'later';
    if (one === 'never') answer = 'never';
  }
  return answer;
}
