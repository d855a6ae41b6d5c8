import type { Status, SyncReport } from '../../contract/index.ts';

/** What the other devices of the account are to know; undefined while it is not known, or cannot be told. */
export function reportOf(status: Status): SyncReport | undefined {
  const { state, upload, download, issues, conflicts, questions } = status;
  const left = issues + conflicts + questions;
  const counts = {
    waiting: Math.max(0, upload.totalFiles - upload.files) + Math.max(0, download.totalFiles - download.files),
    issues: left,
  };
  switch (state) {
    case 'not_set_up':
    case 'starting':
    case 'offline':
      return undefined;
    case 'up_to_date':
      return { sync: left > 0 ? 'waiting' : 'up_to_date', ...counts };
    case 'attention':
      return { sync: status.paused ? 'paused' : 'waiting', ...counts };
    case 'syncing':
    case 'paused':
    case 'error':
      return { sync: state, ...counts };
  }
}

export const isSameReport = (a: SyncReport, b: SyncReport | undefined): boolean =>
  a.sync === b?.sync && a.waiting === b.waiting && a.issues === b.issues;
