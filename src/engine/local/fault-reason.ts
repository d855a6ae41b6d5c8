import type { ErrorCode, ErrorData } from '../../contract/index.ts';
import type { DiskFaultCode } from '../environment.ts';

/** What the disk's answer means for one item. The reaction (wait, ask, retry) follows from the code in the catalogue. */
const REASONS: Readonly<Record<DiskFaultCode, ErrorCode>> = {
  missing: 'file_vanished',
  exists: 'path_taken',
  denied: 'no_permission',
  read_only: 'no_permission',
  not_a_folder: 'path_not_plain',
  is_a_folder: 'path_not_plain',
  full: 'disk_full',
  too_large: 'file_too_large_here',
  busy: 'file_locked',
  too_many_files: 'too_many_open_files',
  name_too_long: 'path_too_long',
  other_device: 'disk_failed',
  loop: 'path_not_plain',
  changed: 'file_changed',
  failed: 'disk_failed',
};

/** @param path relative, as people see it */
export const faultReason = (code: DiskFaultCode, path: string): ErrorData => ({ code: REASONS[code], params: { path } });
