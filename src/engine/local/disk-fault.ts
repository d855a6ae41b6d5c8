import { DiskFault, type DiskFaultCode } from '../environment.ts';

/** The one place where the system's error codes become ours. What is not listed is `failed`. */
const CODES: Readonly<Record<string, DiskFaultCode>> = {
  ENOENT: 'missing',
  EEXIST: 'exists',
  ENOTEMPTY: 'exists',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'read_only',
  ENOTDIR: 'not_a_folder',
  EISDIR: 'is_a_folder',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'too_large',
  EBUSY: 'busy',
  ETXTBSY: 'busy',
  EMFILE: 'too_many_files',
  ENFILE: 'too_many_files',
  ENAMETOOLONG: 'name_too_long',
  EXDEV: 'other_device',
  ELOOP: 'loop',
};

/** The `code` of a system error, or '' for anything else. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

export const faultCode = (error: unknown): DiskFaultCode => (error instanceof DiskFault ? error.code : (CODES[errnoOf(error)] ?? 'failed'));

/** Any thrown value as a DiskFault; one that is one already keeps its own path. */
export const toDiskFault = (error: unknown, path: string): DiskFault =>
  error instanceof DiskFault ? error : new DiskFault(faultCode(error), path, { cause: error });

/** Runs `work`; whatever it throws leaves as a DiskFault. */
export async function faulting<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDiskFault(error, path);
  }
}
