import { nameKey, parentPath } from '../../base/index.ts';
import { type Content, type FileStat, type NodeId, type RemoteFile, ROOT_ID } from '../model/index.ts';
import { findAllPlaced } from './find-placed.ts';
import { note } from './note.ts';
import { ownPaths } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import { contentAfter, isOfAnother, requireStat, toldPath } from './paths.ts';
import { syncWhatIsThere } from './sync-folders.ts';

export const PLACING_JOURNAL = 'placing';

/** A new file on its way to its place, with what its rows are to say; by its hash, as files may have very many blocks. */
export interface Placing extends Pick<RemoteFile, 'id' | 'parentId' | 'name' | 'revision' | 'modifiedBy'> {
  readonly hash: string;
  readonly size: number;
  /** Both relative to the synced folder. */
  readonly temp: string;
  readonly target: string;
  /** As it was fetched. */
  readonly stat: FileStat;
}

/** Those that move in together. */
export interface PlacingEntry {
  readonly files: readonly Placing[];
}

/** Agreed on, and told of. @param known what was fetched, where that is known */
export function writePlaced(parts: ApplyParts, { hash, size, ...file }: Placing, known: Content | null, stat: FileStat): void {
  const { id, parentId, name, revision, modifiedBy } = file;
  parts.store.transaction((write) => {
    write.putLocal({ kind: 'file', id, parentId, name, stat, content: contentAfter(known, file.stat, stat) });
    write.putSynced({ kind: 'file', id, parentId, name, revision, hash });
  });
  note(parts, 'downloaded', toldPath(parts, file), {
    sizeBytes: size,
    device: modifiedBy,
    node: id,
    reversal: { way: 'take_away', now: hash },
  });
}

/**
 * After a crash, or a fault of disk or database: what got to its place is what was agreed on, as if nothing had come in
 * between. Else it would be the person's own new file: a conflict with what another device has written since, and brought
 * back where it was deleted since. Throws DiskFault.
 */
export async function recoverPlacing(parts: ApplyParts, { files }: PlacingEntry): Promise<void> {
  const { root, store } = parts;
  const open = files.filter((file) => isOpen(parts, file));
  const found = await findAllPlaced(
    parts,
    open.map(({ id, target, temp, stat }) => ({ node: id, target: `${root}/${target}`, temp: `${root}/${temp}`, stat })),
  );
  // A disk that was taken out says nothing of what is on it.
  if (found.size < open.length) await requireStat(parts, ownPaths(root).own);
  const placed = open.flatMap((file) => {
    const stat = found.get(file.id);
    return stat === undefined ? [] : [{ file, stat }];
  });
  // The rows are to say so for good.
  await syncWhatIsThere(parts, [...new Set(placed.map(({ file }) => parentPath(`${root}/${file.target}`)))]);
  store.transaction(() => {
    for (const { file, stat } of placed) {
      if (!isOpen(parts, file) || isOfAnother(parts, file.id, stat)) continue;
      const remote = store.remote.get(file.id);
      writePlaced(parts, file, remote?.kind === 'file' && remote.content.hash === file.hash ? remote.content : null, stat);
    }
  });
}

/** Its rows do not say of it yet, nor anything of its place. */
function isOpen({ store }: ApplyParts, { id, parentId, name }: { readonly id: NodeId } & Pick<Placing, 'parentId' | 'name'>): boolean {
  const hasFolder = parentId === ROOT_ID || store.local.get(parentId)?.kind === 'folder';
  return (
    hasFolder && store.local.get(id) === undefined && ![...store.local.named(parentId, nameKey(name))].some((one) => one.name === name)
  );
}
