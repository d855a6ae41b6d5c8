import { type CloudNode, type CommitResult, ROOT_ID } from '../../contract/index.ts';
import { nameKey } from '../../base/index.ts';
import type { DriveTransaction } from './drive-transaction.ts';

type Place = Pick<CloudNode, 'id' | 'parentId' | 'name' | 'kind'>;

/** What forbids a node to be at its place, or undefined. */
export function placeFault(drive: DriveTransaction, place: Place): CommitResult | undefined {
  if (place.parentId !== ROOT_ID) {
    const kind = drive.kindOf(place.parentId);
    if (kind === undefined) return { status: 'conflict', code: 'parent_missing', node: null };
    if (kind === 'file') return { status: 'conflict', code: 'kind_mismatch', node: drive.node(place.parentId)?.node ?? null };
    if (place.kind === 'folder' && isCyclic(drive, place)) {
      return { status: 'conflict', code: 'would_cycle', node: drive.node(place.id)?.node ?? null };
    }
  }
  const holder = drive.child(place.parentId, nameKey(place.name));
  if (holder !== undefined && holder.node.id !== place.id) return { status: 'conflict', code: 'name_taken', node: holder.node };
  return undefined;
}

/** Whether the way up from a folder leads back to it, or into another ring, and never to the root. */
export function isCyclic(drive: DriveTransaction, place: Pick<Place, 'id' | 'parentId'>): boolean {
  // Inside a group others may form the ring, so a second visit to any folder counts.
  const seen = new Set([place.id]);
  for (let id: string | undefined = place.parentId; id !== undefined && id !== ROOT_ID; id = drive.parentOf(id)) {
    if (seen.has(id)) return true;
    seen.add(id);
  }
  return false;
}

/** Where a node is, for people: names from the root, joined by slashes. */
export function pathOf(drive: DriveTransaction, node: CloudNode): string {
  const names = [node.name];
  for (let id = node.parentId; id !== ROOT_ID;) {
    const parent = drive.node(id)?.node;
    if (parent === undefined) break;
    names.unshift(parent.name);
    id = parent.parentId;
  }
  return names.join('/');
}

/** As `pathOf`, for what lies in the trash: where it was when it was deleted. */
export function trashedPath(drive: DriveTransaction, id: string): string {
  const names: string[] = [];
  for (let at = drive.trashed(id); at !== undefined; at = drive.trashed(at.node.parentId)) {
    if (at.node.id === at.top) return [at.path, ...names].join('/');
    names.unshift(at.node.name);
  }
  return names.join('/');
}
