import { baseName, joinPath, MiB, numberedName, parentPath } from '../../base/index.ts';
import { type CopiedElsewhere, TidemarkError, toErrorData } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { faultReason } from '../local/index.ts';
import type { Content, FileStat } from '../model/index.ts';
import type { TidemarkEngine } from './engine.ts';
import { findUnsent, type FoundUnsent } from './unsent.ts';

const PIECE_BYTES = 4 * MiB;
/** Names that are taken in the folder of the copies by something else. */
const MOST_NUMBERED = 1000;

type Copied = 'copied' | 'there';

/**
 * Copies what the cloud does not have into another folder, under the same paths. A copy has its name only once it was read back
 * and is what the file is; nothing that is there is replaced: what has another content keeps its name, and the copy is numbered.
 * Throws `invalid_request` for a folder that is itself kept in sync or Tidemark's own.
 */
export async function copyUnsent(engine: TidemarkEngine, to: string, localOnly: boolean): Promise<CopiedElsewhere> {
  const { disk, platform } = engine.environment;
  const wanted = (platform.platform === 'windows' ? to.replaceAll('\\', '/') : to).replace(/(?<=.)\/+$/, '');
  // Before a folder is made there, which would go to every device.
  refuseOwn(engine, await realPlace(disk, wanted));
  await makeFolders(disk, wanted);
  const target = (await disk.realPath(wanted)) ?? wanted;
  refuseOwn(engine, target);
  const { items, unseen } = await findUnsent(engine);
  const meant = items.filter(({ why }) => why !== 'ignored' && (localOnly || why !== 'local_only'));
  const done = { files: 0, bytes: 0, there: 0 };
  const failed: CopiedElsewhere['failed'] = unseen.map((path) => ({ path, error: { code: 'folder_unreadable', params: { path } } }));
  for (const item of meant) {
    try {
      const outcome = await copyOne(disk, item, target);
      done.files += 1;
      done.bytes += item.sizeBytes;
      if (outcome === 'there') done.there += 1;
    } catch (error) {
      failed.push({ path: item.path, error: error instanceof DiskFault ? faultReason(error.code, item.path) : toErrorData(error) });
    }
  }
  return { ...done, failed };
}

/** Where a path leads, also while the end of it is not there yet. */
async function realPlace(disk: Disk, path: string): Promise<string> {
  const real = await disk.realPath(path);
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (real !== undefined || !parent.includes('/')) return real ?? path;
  return `${await realPlace(disk, parent)}${path.slice(parent.length)}`;
}

function refuseOwn(engine: TidemarkEngine, target: string): void {
  const roots = [engine.profile, engine.store.folder()?.path, ...engine.store.localOnlyFolders().map(({ path }) => path)];
  for (const root of roots)
    if (root !== undefined && (target === root || target.startsWith(`${root}/`)))
      throw new TidemarkError('invalid_request', { field: 'to', problem: 'a copy has to lie outside of what Tidemark keeps' });
}

async function copyOne(disk: Disk, { at, stat, copyTo, reason }: FoundUnsent, target: string): Promise<Copied> {
  if (at === null || stat === null) throw new TidemarkError(reason?.code ?? 'file_vanished', reason?.params ?? {});
  const folder = joinPath(target, parentPath(copyTo)).replace(/\/$/, '');
  await makeFolders(disk, folder);
  // As it is now: it may be written to since it was found.
  const now = (await disk.stat(at)) ?? stat;
  const { content } = await disk.cut(at, now);
  for (let number = 1; number <= MOST_NUMBERED; number += 1) {
    const name = number === 1 ? baseName(copyTo) : numberedName(baseName(copyTo), number);
    const path = `${folder}/${name}`;
    const there = await disk.stat(path);
    if (there === undefined) {
      await writeCopy(disk, at, now, content, folder, path);
      return 'copied';
    }
    if (there.kind === 'file' && there.size === now.size && (await disk.cut(path, there)).content.hash === content.hash) return 'there';
  }
  throw new DiskFault('exists', folder);
}

async function writeCopy(disk: Disk, from: string, stat: FileStat, content: Content, folder: string, path: string): Promise<void> {
  // A name that never syncs, should the copy lie where another program syncs it.
  const temp = `${folder}/~$tidemark-copy-${content.hash.slice(0, 16)}`;
  await disk.removeFile(temp);
  const writer = await disk.create(temp);
  try {
    for (let offset = 0; offset < stat.size; offset += PIECE_BYTES)
      await writer.write(await disk.read(from, offset, Math.min(PIECE_BYTES, stat.size - offset), stat));
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  const written = await writer.finish(Number(BigInt(stat.mtimeNs) / 1_000_000n), stat.mode);
  try {
    const copy = await disk.cut(temp, written);
    if (copy.content.hash !== content.hash) throw new TidemarkError('content_corrupt', { path: from });
    await disk.moveFile(temp, path);
  } catch (error) {
    await disk.removeFile(temp);
    throw error;
  }
  await disk.syncFolders([folder]);
}

/** The folder and those above it, as far as they are not there. */
async function makeFolders(disk: Disk, path: string): Promise<void> {
  const there = await disk.stat(path);
  if (there?.kind === 'folder' || path === '' || path === '/') return;
  // The person may have said a link to a folder; what is made below it is plain.
  if (there?.kind === 'symlink' && (await disk.realPath(path)) !== undefined) return;
  if (there !== undefined) throw new DiskFault('not_a_folder', path);
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent !== path) await makeFolders(disk, parent);
  await disk.makeFolder(path).catch((error: unknown) => {
    if (!(error instanceof DiskFault && error.code === 'exists')) throw error;
  });
}
