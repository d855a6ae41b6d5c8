import { below, type LocalNode, type NodeId, type RemoteNode } from '../model/index.ts';
import type { Context } from './context.ts';
import type { MassDeletion, Operation, OperationKind } from './operations.ts';
import type { DeletedSide, Policy } from './policy.ts';

const KINDS: Readonly<Record<DeletedSide, readonly OperationKind[]>> = {
  here: ['delete_remote', 'rearrange_remote'],
  cloud: ['delete_local'],
};

interface Tops {
  readonly ids: readonly NodeId[];
  readonly items: number;
}

export interface HeldDeletions {
  readonly operations: readonly Operation[];
  readonly massDeletions: readonly MassDeletion[];
  /** Deletions that wait until it is known how many there are, and what has to be read for that. */
  readonly uncounted: readonly { readonly ids: readonly NodeId[]; readonly until: readonly NodeId[] }[];
}

/** Takes deletions out of a plan that are too many to be made without asking (SYNC-SPEC 13), or may turn out to be. */
export function holdMassDeletions(ctx: Context): HeldDeletions {
  const { policy } = ctx;
  const operations = [...ctx.operations.values()];
  const treeSize = ctx.trees.synced.size - ctx.scope.asideItems;
  const massDeletions: MassDeletion[] = [];
  const uncounted: HeldDeletions['uncounted'][number][] = [];
  for (const side of ['here', 'cloud'] as const) {
    const planned = pending(operations, KINDS[side], policy);
    const tops = new Set(planned.ids);
    const asked = new Set(policy.asked?.(side) ?? []);
    const known = together(planned, undecided(ctx, side, tops, asked));
    if (known.items === 0) continue;
    // A slow `rm -r` comes in small steps, each carried out before the next is seen: the steps are one deletion.
    const lately = policy.deletedLately(side);
    const isMassOf = ({ items }: Tops): boolean => isMass(items + lately.items, treeSize + lately.gone, policy);
    const ask = ({ ids, items }: Tops): number => massDeletions.push({ side, ids, items, goneBefore: lately.items });
    if (isMassOf(known)) {
      ask(known);
      continue;
    }
    const open = comingUp(ctx, side);
    const all = together(planned, undecided(ctx, side, tops, new Set([...asked, ...open.values()])));
    if (!isMassOf(all)) continue;
    const until = [...open.keys()].filter((id) => policy.resting?.(id) !== true);
    // What cannot be read is waited for by a question, as that may take long.
    if (until.length === 0) ask(all);
    else if (asked.size > 0) ask(known);
    else uncounted.push({ ids: known.ids, until });
  }
  const held = new Set([...massDeletions, ...uncounted].flatMap(({ ids }) => ids));
  return {
    operations: operations.filter((operation) => !deletedBy(operation).some((id) => held.has(id))),
    massDeletions,
    uncounted,
  };
}

/**
 * Of these, the tops of what is gone on one side and just now cannot be told to be a deletion (it is read, or something moves out
 * of it): what is known to be one does not go without a yes for that.
 */
function undecided(ctx: Context, side: DeletedSide, planned: ReadonlySet<NodeId>, among: ReadonlySet<NodeId>): Tops {
  const tree = TREES[side];
  const ids = [...among].filter(
    (id) =>
      !planned.has(id) &&
      !ctx.policy.deleteApproved(id) &&
      mayGo(ctx, side, id) &&
      !isCovered(ctx, tree, id, (above) => planned.has(above) || among.has(above)),
  );
  return { ids, items: ids.reduce((sum, id) => sum + countGone(ctx, side, id), 0) };
}

/** What may have to be deleted as soon as it was read, or what is under way with it is over; each with its top. */
function comingUp(ctx: Context, side: DeletedSide): ReadonlyMap<NodeId, NodeId> {
  const underWay = new Set(ctx.policy.underWay?.());
  const open = new Map<NodeId, NodeId>();
  for (const id of new Set([...ctx.queue, ...underWay])) {
    if (!mayGo(ctx, side, id)) continue;
    const local = ctx.local(id);
    const isUnread = local?.kind === 'file' && local.content === null;
    const top = topOf(ctx, side, id);
    if ((isUnread || (underWay.has(id) && ctx.policy.resting?.(id) !== true)) && !ctx.policy.deleteApproved(top)) open.set(id, top);
  }
  return open;
}

/** The uppermost folder that goes with it. */
function topOf(ctx: Context, side: DeletedSide, id: NodeId): NodeId {
  const passed = new Set<NodeId>();
  for (let top = id; ;) {
    passed.add(top);
    const above = ctx.trees[TREES[side]].get(top)?.parentId;
    if (above === undefined || passed.has(above) || !mayGo(ctx, side, above)) return top;
    top = above;
  }
}

const TREES: Readonly<Record<DeletedSide, 'remote' | 'local'>> = { here: 'remote', cloud: 'local' };

/** Gone on this side, and nothing is known yet that keeps it on the other. */
function mayGo(ctx: Context, side: DeletedSide, id: NodeId): boolean {
  if (ctx.standing(id) !== GONE[side] || ctx.isLeftOut(id)) return false;
  return (side === 'here' ? ctx.fates.ofRemote(id) : ctx.fates.ofLocal(id)) !== 'revive';
}

const GONE = { here: 'gone_here', cloud: 'gone_there' } as const;

/** The item itself and all below it that is gone as well. */
function countGone(ctx: Context, side: DeletedSide, id: NodeId): number {
  const isGone = (at: NodeId): boolean => ctx.standing(at) === GONE[side];
  return 1 + [...below<RemoteNode | LocalNode>(ctx.trees[TREES[side]], id)].filter((node) => isGone(node.id)).length;
}

const together = (a: Tops, b: Tops): Tops => ({ ids: [...a.ids, ...b.ids], items: a.items + b.items });

/** A folder above it is. */
function isCovered(ctx: Context, tree: 'remote' | 'local', id: NodeId, is: (id: NodeId) => boolean): boolean {
  const passed = new Set<NodeId>();
  for (let at = ctx.trees[tree].get(id)?.parentId; at !== undefined && !passed.has(at); at = ctx.trees[tree].get(at)?.parentId) {
    if (is(at)) return true;
    passed.add(at);
  }
  return false;
}

function pending(operations: readonly Operation[], kinds: readonly OperationKind[], policy: Policy): { ids: NodeId[]; items: number } {
  const ids: NodeId[] = [];
  let items = 0;
  for (const operation of operations) {
    const deleted = kinds.includes(operation.op) ? deletedBy(operation) : [];
    if (deleted.length === 0 || deleted.every((id) => policy.deleteApproved(id))) continue;
    ids.push(...deleted);
    items += 'items' in operation ? operation.items : 0;
  }
  return { ids, items };
}

/** The tops of what an operation deletes: a group goes under the id of one of its members, which may be one that only moves. */
export function deletedBy(operation: Operation): readonly NodeId[] {
  switch (operation.op) {
    case 'delete_remote':
    case 'delete_local':
      return [operation.id];
    case 'rearrange_remote':
      return operation.steps.filter((step) => step.step === 'delete').map((step) => step.id);
    default:
      return [];
  }
}

function isMass(items: number, treeSize: number, { massDelete }: Policy): boolean {
  if (items >= massDelete.items) return true;
  if (items >= massDelete.halfOfTree && items * 2 >= treeSize) return true;
  return treeSize >= massDelete.wholeTree && items >= treeSize;
}
