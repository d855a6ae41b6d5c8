import { TidemarkError } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
import type { TidemarkEngine } from './engine.ts';

/**
 * Whether a folder may be added; answers its path without links. Changes nothing. Throws folder_missing,
 * folder_not_a_folder, folder_not_writable, folder_nested, folder_is_profile, folder_limit.
 */
export async function checkNewFolder(engine: TidemarkEngine, path: string, localOnly: boolean): Promise<string> {
  const { environment, store, profile } = engine;
  const { disk } = environment;
  const real = await disk.realPath(path);
  if (real === undefined) throw new TidemarkError('folder_missing', { path });
  const stat = await disk.stat(real);
  if (stat?.kind !== 'folder') throw new TidemarkError('folder_not_a_folder', { path });
  const profilePath = (await disk.realPath(profile)) ?? profile;
  if (isWithin(real, profilePath) || isWithin(profilePath, real)) throw new TidemarkError('folder_is_profile', { path });
  const synced = store.folder();
  const own = synced === null ? undefined : `${synced.path}/${OWN_FOLDER}`;
  const inside = localOnly && synced !== null && real !== synced.path && isWithin(real, synced.path);
  // Tidemark's own folder is no place for anyone's.
  if (own !== undefined && isWithin(real, own)) throw new TidemarkError('folder_nested', { path, other: synced?.path ?? '' });
  const localOnes = store.localOnlyFolders().map((row) => row.path);
  for (const other of [...localOnes, ...(synced === null || inside ? [] : [synced.path])]) {
    // A folder that never leaves this machine may lie in one that syncs, and in no other way.
    const isApart = !localOnly && other !== synced?.path && real !== other && isWithin(other, real);
    if (!isApart && (isWithin(real, other) || isWithin(other, real))) throw new TidemarkError('folder_nested', { path, other });
  }
  if (!localOnly && synced !== null) throw new TidemarkError('folder_limit', { path: synced.path });
  if (localOnly) return real;
  const outer = await syncedAbove(disk, real);
  if (outer !== undefined) throw new TidemarkError('folder_nested', { path, other: outer });
  if (!(await disk.canWrite(real))) throw new TidemarkError('folder_not_writable', { path });
  return real;
}

const separator = (path: string): string => (path.includes('\\') && !path.includes('/') ? '\\' : '/');

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(separator(folder)) ? folder : folder + separator(folder));

/** A folder above that some profile syncs: it has Tidemark's own folder in it. */
async function syncedAbove(disk: Pick<Disk, 'readText' | 'stat'>, path: string): Promise<string | undefined> {
  for (let at = path.slice(0, path.lastIndexOf('/')); at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (await isMarked(disk, `${at}/${OWN_FOLDER}`)) return at;
  }
  return undefined;
}

async function isMarked(disk: Pick<Disk, 'readText' | 'stat'>, own: string): Promise<boolean> {
  try {
    return (await disk.readText(`${own}/folder.json`)) !== undefined;
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    // Another person's, who keeps it from being read; where even that cannot be seen, nothing speaks against the folder.
    const stat = await disk.stat(own).catch(() => undefined);
    return stat?.kind === 'folder';
  }
}
