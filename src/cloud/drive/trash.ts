import { type CloudNode, ROOT_ID } from '../../contract/index.ts';
import { nameKey, numberedName } from '../../base/index.ts';
import type { RestoreOutcome } from '../catalogue.ts';
import { type Descendant, type DriveTransaction, madeOf } from './drive-transaction.ts';
import { dropAll } from './history.ts';
import { pathOf } from './place.ts';

/** Deletes a node and all below it: to the trash as one item, with a tombstone each. */
export function buryTree(drive: DriveTransaction, top: CloudNode, below: readonly Descendant[]): void {
  const path = pathOf(drive, top);
  const topSize = top.kind === 'file' ? top.size : 0;
  let bytes = topSize;
  // Children first: a reader that stops in between is left with a tree that holds together.
  for (const { id, size } of below.toReversed()) {
    drive.bury(id, top.id, path);
    bytes += size;
  }
  drive.bury(top.id, top.id, path);
  drive.count('filesBytes', -bytes);
  drive.count('trashBytes', bytes);
}

/** Brings back all that was deleted together: where it was, or to the root; under its name, or a numbered one. */
export function restoreTrash(drive: DriveTransaction, id: string): RestoreOutcome {
  const nodes = drive.buriedWith(id);
  let restored: CloudNode | undefined;
  for (const stored of nodes) {
    const { node } = stored;
    // Also below the top: a group may have deleted a folder before anyone looked whether what it put there could be there.
    const next = { ...node, ...freePlace(drive, node), revision: drive.newId(), modifiedAt: drive.now, modifiedBy: drive.author.deviceId };
    drive.exhume(node.id);
    drive.insert(next, madeOf(stored), 'settled');
    if (node.kind === 'file') {
      drive.count('trashBytes', -node.size);
      drive.count('filesBytes', node.size);
    }
    if (node.id === id) restored = next;
  }
  return restored === undefined ? { outcome: 'not_found' } : { outcome: 'restored', node: restored };
}

/** Deletes an item of the trash for good, with its history. Answers the bytes that it took, or undefined when there is no such item. */
export function dropTrash(drive: DriveTransaction, top: string): number | undefined {
  const nodes = drive.buriedWith(top);
  let bytes = 0;
  for (const { node } of nodes) {
    drive.exhume(node.id);
    if (node.kind === 'folder') continue;
    drive.release(node.blocks);
    drive.count('trashBytes', -node.size);
    bytes += node.size + dropAll(drive, node.id, drive.versions(node.id));
  }
  return nodes.length > 0 ? bytes : undefined;
}

function freePlace(drive: DriveTransaction, node: CloudNode): { readonly parentId: string; readonly name: string } {
  const parentId = node.parentId === ROOT_ID || drive.kindOf(node.parentId) === 'folder' ? node.parentId : ROOT_ID;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? node.name : numberedName(node.name, number);
    if (drive.child(parentId, nameKey(name)) === undefined) return { parentId, name };
  }
}
