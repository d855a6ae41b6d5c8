import type { NodeId } from '../model/index.ts';
import type { Context } from './context.ts';
import type { MassDeletion, Operation, OperationKind } from './operations.ts';
import type { DeletedSide, Policy } from './policy.ts';
import { countBelow } from './vanished.ts';

const KINDS: Readonly<Record<DeletedSide, readonly OperationKind[]>> = {
  here: ['delete_remote', 'rearrange_remote'],
  cloud: ['delete_local'],
};

/** Takes deletions out of a plan that are too many to be made without asking (SYNC-SPEC 13). */
export function holdMassDeletions(ctx: Context): {
  readonly operations: readonly Operation[];
  readonly massDeletions: readonly MassDeletion[];
} {
  const { policy } = ctx;
  const operations = [...ctx.operations.values()];
  const treeSize = ctx.trees.synced.size - ctx.scope.asideItems;
  const questions: MassDeletion[] = [];
  for (const side of ['here', 'cloud'] as const) {
    const planned = pending(operations, KINDS[side], policy);
    const undecided = stillAsked(ctx, side, new Set(planned.ids));
    const ids = [...planned.ids, ...undecided.ids];
    const items = planned.items + undecided.items;
    if (items === 0) continue;
    // A slow `rm -r` comes in small steps, each carried out before the next is seen: the steps are one deletion.
    const lately = policy.deletedLately(side);
    if (isMass(items + lately.items, treeSize + lately.gone, policy)) questions.push({ side, ids, items, goneBefore: lately.items });
  }
  const held = new Set(questions.flatMap((question) => question.ids));
  return {
    operations: operations.filter((operation) => !deletedBy(operation).some((id) => held.has(id))),
    massDeletions: questions,
  };
}

/**
 * What was asked about, and just now cannot be told to be a deletion still (it is read again, or something moves out of it): the
 * rest of what was asked about does not go without a yes for that.
 */
function stillAsked(
  ctx: Context,
  side: DeletedSide,
  planned: ReadonlySet<NodeId>,
): { readonly ids: readonly NodeId[]; readonly items: number } {
  const [tree, standing] = side === 'here' ? (['remote', 'gone_here'] as const) : (['local', 'gone_there'] as const);
  const asked = new Set(ctx.policy.asked?.(side) ?? []);
  const isUndecided = (id: NodeId): boolean =>
    !planned.has(id) &&
    !ctx.policy.deleteApproved(id) &&
    ctx.standing(id) === standing &&
    !ctx.isLeftOut(id) &&
    (side === 'here' ? ctx.fates.ofRemote(id) : ctx.fates.ofLocal(id)) !== 'revive' &&
    !isCovered(ctx, tree, id, (above) => planned.has(above) || asked.has(above));
  const ids = [...asked].filter(isUndecided);
  return { ids, items: ids.reduce((sum, id) => sum + countBelow(ctx.trees[tree], id), 0) };
}

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
