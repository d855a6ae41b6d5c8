import { type Disk, DiskFault } from '../environment.ts';

/**
 * Absolute path of something inside the root, after a look at every folder above it: each must be a real folder, so that
 * neither a link nor a name like `..` leads out of the root. Throws DiskFault `loop` for a link or such a name,
 * `not_a_folder` for a file in the way, `missing` when a folder above is not there.
 *
 * A folder exchanged for a link after the look is not seen, since Node offers no openat(2): whoever changes something looks
 * again afterwards, and takes back what went through the link.
 */
export async function plainPath(disk: Pick<Disk, 'stat'>, root: string, relativePath: string): Promise<string> {
  const segments = relativePath === '' ? [] : relativePath.split('/');
  let path = root;
  for (const [index, segment] of segments.entries()) {
    const next = `${path}/${segment}`;
    if (!isPlainSegment(segment)) throw new DiskFault('loop', next);
    // The root may be reached through links of the person's own; what matters is below it.
    if (index > 0) await requireFolder(disk, path);
    path = next;
  }
  return path;
}

async function requireFolder(disk: Pick<Disk, 'stat'>, path: string): Promise<void> {
  const stat = await disk.stat(path);
  if (stat === undefined) throw new DiskFault('missing', path);
  if (stat.kind === 'symlink') throw new DiskFault('loop', path);
  if (stat.kind !== 'folder') throw new DiskFault('not_a_folder', path);
}

const isPlainSegment = (segment: string): boolean =>
  segment !== '' &&
  segment !== '.' &&
  segment !== '..' &&
  !segment.includes('\0') &&
  !(process.platform === 'win32' && /[\\:]/.test(segment));
