import { type NodeId, PARKED_ID, type RemoteNode, type SyncedNode, type Trees } from '../model/index.ts';
import { decideNewHere, decideNewThere } from './appeared.ts';
import { decideContent } from './content.ts';
import { Context } from './context.ts';
import { decideExcluded, decideLeftOut } from './left-out.ts';
import { samePlace } from './same.ts';
import { holdMassDeletions } from './mass-deletion.ts';
import type { Plan } from './operations.ts';
import { decidePlace } from './place.ts';
import type { Policy } from './policy.ts';
import type { Trace } from './trace.ts';
import { decideGoneHere, decideGoneThere } from './vanished.ts';

/**
 * What to do next about the dirty items. Pure and total: values in, values out, the same answer for the same trees
 * whatever the order of `dirty`. Items that the decision touches are drawn in, so a full pass (every id) is the oracle of
 * a partial one. When nothing is left to do, a plan of every id is empty.
 * @param trace where to write down why, for whoever asks; nothing is kept without it
 */
export function plan(trees: Trees, dirty: Iterable<NodeId>, policy: Policy, trace?: Trace): Plan {
  const ctx = new Context(trees, policy, trace);
  // Sorted, because conflict names are given out first come, first served. Most of a full pass is settled and not looked
  // at any further.
  const open: NodeId[] = [];
  for (const id of dirty) if (!isSettled(ctx, id)) open.push(id);
  for (const id of open.sort()) ctx.include(id);
  for (let next = 0; next < ctx.queue.length; next += 1) {
    const id = ctx.queue[next];
    if (id !== undefined && !ctx.policy.busy(id)) decide(ctx, id);
  }
  const { operations, massDeletions, uncounted } = holdMassDeletions(ctx);
  for (const question of massDeletions)
    for (const id of question.ids) {
      ctx.waiting.add(id);
      ctx.because(id, 'mass_deletion');
    }
  for (const { ids, until } of uncounted) for (const id of ids) ctx.waitFor(id, until);
  return { operations, massDeletions, blocked: [...ctx.blocked.values()], waiting: [...ctx.waiting] };
}

function decide(ctx: Context, id: NodeId): void {
  if (decideLeftOut(ctx, id)) return;
  const remote = ctx.remote(id);
  const local = ctx.local(id);
  switch (ctx.standing(id)) {
    case 'nowhere':
      return;
    case 'gone_both':
      return ctx.emit({ op: 'forget', id }, 'gone_both');
    case 'gone_here':
      return decideGoneHere(ctx, id);
    case 'gone_there':
      return decideGoneThere(ctx, id);
    case 'new_there':
      if (remote !== undefined) decideNewThere(ctx, remote);
      return;
    case 'new_here':
      if (local !== undefined) decideNewHere(ctx, local);
      return;
    case 'settled_or_changed':
      if (remote !== undefined && local !== undefined) decideBoth(ctx, id);
  }
}

function decideBoth(ctx: Context, id: NodeId): void {
  const remote = ctx.remote(id);
  const local = ctx.local(id);
  const synced = ctx.synced(id);
  if (remote === undefined || local === undefined) return;
  if (remote.kind !== local.kind) {
    // An id never changes its kind; whatever made this, the one here goes on as an item of its own.
    return ctx.emit({ op: 'revive_local', id, whole: true }, 'both_edited');
  }
  const placed = decidePlace(ctx, remote, local);
  // Out of sight is no place to read or write: first back into the tree.
  if (ctx.operations.has(id) || local.parentId === PARKED_ID) return;
  const same = remote.kind === 'file' && local.kind === 'file' ? decideContent(ctx, remote, local, synced) : true;
  if (!placed || !same) return;
  if (!isWritten(remote, synced)) return ctx.emit({ op: 'settle', id }, 'agreed');
  if (ctx.scope.excluded(id)) decideExcluded(ctx, id);
}

/** What was agreed on is what the cloud has. */
const isWritten = (remote: RemoteNode, synced: SyncedNode | undefined): boolean =>
  synced !== undefined &&
  synced.kind === remote.kind &&
  synced.revision === remote.revision &&
  samePlace(synced, remote) &&
  (synced.kind === 'folder' || (remote.kind === 'file' && synced.hash === remote.content.hash));

/** All three trees say the same: nothing to decide, and nothing that deciding would draw in. */
function isSettled({ trees: { remote, local, synced }, scope }: Context, id: NodeId): boolean {
  const [there, here, agreed] = [remote.get(id), local.get(id), synced.get(id)];
  if (there === undefined || here === undefined || there.kind !== here.kind || !samePlace(there, here)) return false;
  if (there.kind === 'file' && here.kind === 'file' && here.content?.hash !== there.content.hash) return false;
  if (!isWritten(there, agreed) || agreed?.aside === true) return false;
  // What is left out since is set aside; what is not kept here has to go.
  return scope.at('local', here) === undefined && scope.at('remote', there) === undefined && !scope.excluded(id);
}
