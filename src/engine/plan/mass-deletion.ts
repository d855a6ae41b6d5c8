import type { NodeId } from '../model/index.ts';
import type { MassDeletion, Operation, OperationKind } from './operations.ts';
import type { DeletedSide, Policy } from './policy.ts';

const KINDS: Readonly<Record<DeletedSide, readonly OperationKind[]>> = {
  here: ['delete_remote', 'rearrange_remote'],
  cloud: ['delete_local'],
};

/** Takes deletions out of a plan that are too many to be made without asking (SYNC-SPEC 13). */
export function holdMassDeletions(
  operations: readonly Operation[],
  treeSize: number,
  policy: Policy,
): { readonly operations: readonly Operation[]; readonly massDeletions: readonly MassDeletion[] } {
  const questions: MassDeletion[] = [];
  for (const side of ['here', 'cloud'] as const) {
    const { ids, items } = pending(operations, KINDS[side], policy);
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
