import { assertNever } from '../../base/index.ts';
import {
  below,
  type LocalNode,
  type LocalTree,
  type NodeId,
  PARKED_ID,
  type RemoteNode,
  type RemoteTree,
  ROOT_ID,
} from '../model/index.ts';
import type { Context } from './context.ts';
import { waitHere, waitThere } from './standstill.ts';

/** Deleted here: delete there, unless the cloud's side changed meanwhile. */
export function decideGoneHere(ctx: Context, id: NodeId): void {
  const remote = ctx.remote(id);
  if (remote === undefined) return;
  const fate = ctx.fates.ofRemote(id);
  switch (fate) {
    case 'revive':
      // What goes with it is decided now: once the folder is new here, nothing tells any more that it was moved.
      for (const child of ctx.trees.remote.children(id)) if (ctx.standing(child.id) === 'gone_here') ctx.include(child.id);
      return ctx.emit({ op: 'revive_remote', id }, ctx.policy.keep(id) ? 'kept_by_answer' : 'edit_beats_delete');
    case 'wait':
      return waitThere(ctx, id);
    case 'delete': {
      const above = remote.parentId;
      if (above !== ROOT_ID && ctx.standing(above) === 'gone_here' && ctx.fates.ofRemote(above) !== 'revive') return ctx.wait(id, above);
      return ctx.emit({ op: 'delete_remote', id, items: countBelow(ctx.trees.remote, id) }, 'deleted_here');
    }
    default:
      assertNever(fate);
  }
}

/** Deleted in the cloud: delete here, unless this side changed meanwhile. */
export function decideGoneThere(ctx: Context, id: NodeId): void {
  const local = ctx.local(id);
  if (local === undefined) return;
  if (local.kind === 'file' && local.content === null && !ctx.policy.keep(id)) return ctx.emit({ op: 'hash', id }, 'read_first');
  const fate = ctx.fates.ofLocal(id);
  switch (fate) {
    case 'revive':
      return ctx.emit(
        { op: 'revive_local', id, whole: ctx.policy.keep(id) || ctx.fates.isMovedHere(id) },
        ctx.policy.keep(id) ? 'kept_by_answer' : 'edit_beats_delete',
      );
    case 'wait':
      return waitHere(ctx, id);
    case 'delete': {
      const above = local.parentId;
      const covered =
        above !== ROOT_ID && above !== PARKED_ID && ctx.standing(above) === 'gone_there' && ctx.fates.ofLocal(above) !== 'revive';
      if (covered) return ctx.wait(id, above);
      return ctx.emit({ op: 'delete_local', id, items: countBelow(ctx.trees.local, id) }, 'deleted_there');
    }
    default:
      assertNever(fate);
  }
}

/** The item itself and all below it. */
const countBelow = (tree: RemoteTree | LocalTree, id: NodeId): number => 1 + [...below<RemoteNode | LocalNode>(tree, id)].length;
