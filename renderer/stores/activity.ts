import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Activity, ActivityKind } from '../../src/contract/index.ts';
import type { Disposer } from '../../src/base/index.ts';
import type { Session } from '../api/session.ts';
import { followList } from './follow-lists.ts';
import { createPagedStore, type PagedStore } from './paged.ts';

export const activityFilters = {
  all: undefined,
  changed: ['uploaded', 'downloaded', 'updated_cloud', 'updated_here', 'folder_cloud', 'folder_here', 'undone'],
  moved: ['moved_cloud', 'moved_here'],
  deleted: ['deleted_cloud', 'deleted_here'],
  conflicts: ['conflict', 'chosen'],
  account: ['signed_in', 'signed_out', 'folder_added', 'folder_removed'],
} as const satisfies Record<string, readonly ActivityKind[] | undefined>;

export type ActivityFilter = keyof typeof activityFilters;
export const activityFilterNames = Object.keys(activityFilters) as readonly ActivityFilter[];

export interface ActivityStore {
  readonly list: PagedStore<Activity>;
  readonly question: StoreApi<{ readonly search: string; readonly filter: ActivityFilter }>;
  ask(change: { readonly search?: string; readonly filter?: ActivityFilter }): void;
  follow(): Disposer;
}

export function createActivityStore(session: Session): ActivityStore {
  const question = createStore<{ search: string; filter: ActivityFilter }>(() => ({ search: '', filter: 'all' }));
  const list = createPagedStore<Activity>((cursor, limit) => {
    const { search, filter } = question.getState();
    const kinds = activityFilters[filter];
    return session.ask('activity.list', {
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(search.trim() === '' ? {} : { search: search.trim() }),
      ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    });
  });
  return {
    list,
    question,
    ask(change) {
      question.setState(change);
      list.clear();
      void list.reload();
    },
    follow: () => followList(session, 'activity', () => void list.reload()),
  };
}

/** Rows with a heading before the first of each day. `at` falls into the person's own days. */
export type DayLine = { readonly kind: 'day'; readonly day: number } | { readonly kind: 'row'; readonly row: Activity };

export function byDay(rows: readonly Activity[]): readonly DayLine[] {
  const lines: DayLine[] = [];
  let last: number | undefined;
  for (const row of rows) {
    const day = new Date(row.at).setHours(0, 0, 0, 0);
    if (day !== last) lines.push({ kind: 'day', day });
    last = day;
    lines.push({ kind: 'row', row });
  }
  return lines;
}

/** What happened since midnight, in three numbers. */
export function tally(
  rows: readonly Activity[],
  sinceMs: number,
): { readonly sent: number; readonly received: number; readonly removed: number } {
  const count = { sent: 0, received: 0, removed: 0 };
  for (const { at, kind } of rows) {
    if (at < sinceMs) continue;
    if (kind === 'uploaded' || kind === 'updated_cloud') count.sent += 1;
    else if (kind === 'downloaded' || kind === 'updated_here') count.received += 1;
    else if (kind === 'deleted_cloud' || kind === 'deleted_here') count.removed += 1;
  }
  return count;
}
