import type { Status } from '../../contract/index.ts';

/**
 * By its own words a device has nothing left to do. What a person is asked comes first in its state, also while the cloud
 * asked it to stay away: that it will go on only later is told beside it.
 * @param standing what only a person can help is open, and may stay so
 */
export function isCalm({ state, reason, offline }: Pick<Status, 'state' | 'reason' | 'offline'>, standing = false): boolean {
  if (offline !== null) return false;
  return state === 'up_to_date' || (state === 'attention' && (standing || reason?.code === 'conflict_kept'));
}
