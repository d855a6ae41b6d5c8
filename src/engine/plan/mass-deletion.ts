import type { NodeId } from '../model/index.ts';
import type { MassDeletion, Operation, OperationKind } from './operations.ts';
import type { Policy } from './policy.ts';

/** Takes deletions out of a plan that are too many to be made without asking (SYNC-SPEC 13). */
export function holdMassDeletions(
  operations: readonly Operation[],
  treeSize: number,
  policy: Policy,
): { readonly operations: readonly Operation[]; readonly massDeletions: readonly MassDeletion[] } {
  const here = pending(operations, ['delete_remote', 'rearrange_remote'], policy);
  const cloud = pending(operations, ['delete_local'], policy);
  const questions: MassDeletion[] = [];
  if (isMass(here.items, treeSize, policy)) questions.push({ side: 'here', ...here });
  if (isMass(cloud.items, treeSize, policy)) questions.push({ side: 'cloud', ...cloud });
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
function deletedBy(operation: Operation): readonly NodeId[] {
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
