import type { RoomNeed } from '../../contract/index.ts';
import type { NodeId } from '../model/index.ts';
import type { Store } from '../store/index.ts';
import { isNodeKey, MAX_ISSUES } from './issue-keys.ts';

/** A file that waits for room in the cloud. */
export interface RoomSeeker {
  readonly id: NodeId;
  readonly sizeBytes: number;
  /** What it lacked when it was last refused. */
  readonly neededBytes: number;
}

export function roomSeekers(store: Pick<Store, 'issues' | 'issueCount' | 'local'>): readonly RoomSeeker[] {
  if (store.issueCount() === 0) return [];
  return store.issues({ limit: MAX_ISSUES }).flatMap(({ key, reason }) => {
    const local = reason.code === 'quota_exceeded' && isNodeKey(key) ? store.local.get(key) : undefined;
    if (local?.kind !== 'file') return [];
    const { neededBytes } = reason.params;
    return [{ id: local.id, sizeBytes: local.stat.size, neededBytes: typeof neededBytes === 'number' ? neededBytes : local.stat.size }];
  });
}

/** What all of them need together; null when none waits. @param freeBytes as the cloud says; otherwise as of their refusals */
export function needOf(seekers: readonly RoomSeeker[], freeBytes?: number): RoomNeed | null {
  if (seekers.length === 0) return null;
  const bytes = seekers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const free = freeBytes ?? Math.max(...seekers.map(({ sizeBytes, neededBytes }) => sizeBytes - neededBytes));
  return { files: seekers.length, bytes, neededBytes: Math.max(0, bytes - free) };
}
