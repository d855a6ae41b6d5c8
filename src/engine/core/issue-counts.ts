import { type ErrorData, isLackOfRoom, isSkipped } from '../../contract/index.ts';
import { needsPerson } from '../status/index.ts';
import type { Store } from '../store/index.ts';

const MAX_COUNTED = 10_000;

export interface IssueCounts {
  /** Items that should sync and do not. */
  readonly issues: number;
  /** Those of them that only a person can end. */
  readonly attention: number;
  /** Why something waits for room in the cloud or on the disk: nobody but a person makes any. */
  readonly room: ErrorData | null;
  /** Links, devices and the like: listed for information. */
  readonly skipped: number;
}

export function countIssues(store: Pick<Store, 'issues' | 'issueCount'>): IssueCounts {
  const all = store.issueCount();
  if (all === 0) return { issues: 0, attention: 0, room: null, skipped: 0 };
  const rows = store.issues({ limit: MAX_COUNTED });
  const skipped = rows.filter(({ reason }) => isSkipped(reason)).length;
  const attention = rows.filter(({ reason, attempts }) => needsPerson(reason, attempts)).length;
  const room = rows.find(({ reason }) => isLackOfRoom(reason))?.reason ?? null;
  return { issues: all - skipped, attention, room, skipped };
}

/** Something that should sync does not. */
export const hasRealIssue = (store: Pick<Store, 'issues' | 'issueCount'>): boolean =>
  store.issueCount() > 0 && store.issues({ limit: MAX_COUNTED }).some(({ reason }) => !isSkipped(reason));
