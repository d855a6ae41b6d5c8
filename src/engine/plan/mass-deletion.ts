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
  const isDelete = (operation: Operation): boolean => itemsOf(operation) > 0;
  return { operations: operations.filter((operation) => !(isDelete(operation) && held.has(operation.id))), massDeletions: questions };
}

function pending(operations: readonly Operation[], kinds: readonly OperationKind[], policy: Policy): { ids: string[]; items: number } {
  const ids: string[] = [];
  let items = 0;
  for (const operation of operations) {
    if (!kinds.includes(operation.op) || itemsOf(operation) === 0 || policy.deleteApproved(operation.id)) continue;
    ids.push(operation.id);
    items += itemsOf(operation);
  }
  return { ids, items };
}

const itemsOf = (operation: Operation): number => ('items' in operation ? operation.items : 0);

function isMass(items: number, treeSize: number, { massDelete }: Policy): boolean {
  if (items >= massDelete.items) return true;
  if (items >= massDelete.halfOfTree && items * 2 >= treeSize) return true;
  return treeSize >= massDelete.wholeTree && items >= treeSize;
}
