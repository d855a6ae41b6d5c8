/**
 * What the file system says of a file or folder. Times are nanoseconds since 1970 as decimal strings where they decide
 * identity (SYNC-SPEC 6: bigint precision), so that they survive JSON and SQLite unchanged.
 */
export interface FileStat {
  readonly kind: 'file' | 'folder' | 'symlink' | 'special';
  readonly size: number;
  /** Device and inode; as strings since Windows file ids pass 2^53. */
  readonly dev: string;
  readonly ino: string;
  readonly birthtimeNs: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  /** Permission bits only. */
  readonly mode: number;
  readonly links: number;
}

/** The part of a stat that tells whether a file's content may have changed since it was last hashed. */
export type Fingerprint = Pick<FileStat, 'size' | 'dev' | 'ino' | 'mtimeNs' | 'ctimeNs'>;

/** Content cannot have changed between two looks when all of this is equal (a write always moves ctime). */
export const sameFingerprint = (a: Fingerprint, b: Fingerprint): boolean =>
  a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino && a.dev === b.dev && a.ctimeNs === b.ctimeNs;

/** How far two stats speak of the same item: surely, surely not, or only if the content agrees too. */
export type IdentityVerdict = 'same' | 'different' | 'same_if_content_matches';

export function compareIdentity(a: FileStat, b: FileStat): IdentityVerdict {
  if (a.kind !== b.kind || a.dev !== b.dev || a.ino !== b.ino) return 'different';
  if (a.birthtimeNs !== b.birthtimeNs) return 'different';
  // Without a real birth time the kernel reports ctime or 0, and an inode may have been given to another file since.
  const real = a.birthtimeNs !== '0' && (a.birthtimeNs !== a.ctimeNs || b.birthtimeNs !== b.ctimeNs);
  return real ? 'same' : 'same_if_content_matches';
}

/** Of a stat, what tells a folder from others that had or get its name. */
export const identityOf = ({ dev, ino, birthtimeNs, ctimeNs }: FileStat): Pick<FileStat, 'dev' | 'ino' | 'birthtimeNs' | 'ctimeNs'> => ({
  dev,
  ino,
  birthtimeNs,
  ctimeNs,
});
