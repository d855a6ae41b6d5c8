import { type NodeId, PARKED_ID } from '../model/index.ts';
import type { Operation } from '../plan/index.ts';
import type { StoreWrites } from '../store/index.ts';
import { adopt, reviveLocal } from './bookkeeping.ts';
import { ignoreFault } from './move-journal.ts';
import type { Outcome } from './outcome.ts';
import { parkedFolder } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';

/** An item that is here goes on under another id. */
export type Rebinding = Extract<Operation, { readonly op: 'revive_local' | 'adopt' }>;

export const isRebinding = (operation: Operation): operation is Rebinding => operation.op === 'revive_local' || operation.op === 'adopt';

/** Parked: its place on the disk is named by its id. */
export const isParked = ({ store }: ApplyParts, id: NodeId): boolean => store.local.get(id)?.parentId === PARKED_ID;

/**
 * The place of a parked item goes on under the new id with it: under the old one nobody would look for it. A crash in between
 * is mended at the next start. Call with the tree lock held. Throws DiskFault.
 */
export async function rebindParked(parts: ApplyParts, rebinding: Rebinding): Promise<Outcome> {
  const { store, environment, root } = parts;
  const { disk } = environment;
  const { id } = rebinding;
  const newId = rebinding.op === 'adopt' ? rebinding.remoteId : environment.random.id();
  const book = (write: StoreWrites): Outcome =>
    rebinding.op === 'adopt' ? adopt(store, write, id, newId) : reviveLocal(store, write, id, newId, rebinding.whole);
  if (!isParked(parts, id) || store.local.get(newId) !== undefined) return store.transaction(book);
  // An empty one may be left of before.
  await disk.removeFolder(parkedFolder(root, newId)).catch(ignoreFault);
  await disk.moveFolder(parkedFolder(root, id), parkedFolder(root, newId));
  try {
    return store.transaction(book);
  } finally {
    if (isParked(parts, id)) await disk.moveFolder(parkedFolder(root, newId), parkedFolder(root, id));
  }
}
