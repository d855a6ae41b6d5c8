import { baseName, parentPath } from '../../base/index.ts';
import { DiskFault, type DiskFaultCode } from '../environment.ts';
import type { FileStat, LocalFile, NodeId, RemoteFile } from '../model/index.ts';
import { endOrMend, forgetCopy, type Line, writeLine } from './move-journal.ts';
import { findPlaced } from './find-placed.ts';
import { note } from './note.ts';
import { done, type Outcome, replan } from './outcome.ts';
import { ownPaths, parkedFolder } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import {
  absolutePath,
  contentAfter,
  diskPath,
  folderOf,
  isMovedOver,
  pathOf,
  requireNoLink,
  requireSame,
  requireStat,
  sameFile,
} from './paths.ts';
import type { Fetched } from './placer.ts';
import { syncedFrom } from './synced.ts';
import { rescue, takeBack, trashSlot } from './trash-can.ts';
import { syncFolders, syncWhatIsThere } from './sync-folders.ts';

export const REPLACE_JOURNAL = 'replace';
/** Faults that no waiting mends. */
export const STAYS: ReadonlySet<DiskFaultCode> = new Set(['missing', 'exists', 'not_a_folder', 'is_a_folder', 'loop', 'name_too_long']);

/** Both relative to the synced folder. */
export interface ReplaceEntry {
  readonly target: string;
  readonly trash: string;
  readonly node?: NodeId;
  /** It is not to stay in the trash, whatever has its place by then. */
  readonly comesBack?: true;
  /** What is told when the new version is there. */
  readonly line?: Line;
  /** The new version, as it was fetched; by its hash, as files may have very many blocks. */
  readonly newer?: { /** Relative to the synced folder. */ readonly temp: string; readonly stat: FileStat; readonly hash: string };
}

/**
 * Puts a finished download where an older version is. The old file is first moved to the trash and looked at there: only
 * then is it sure that nothing else was at the path. The new one is placed without ever replacing, and the trashed one is
 * looked at once more, for a program that still had it open and wrote. Call with the tree lock held.
 */
export async function replaceFile(parts: ApplyParts, planned: LocalFile, remote: RemoteFile, fetched: Fetched): Promise<Outcome> {
  const { store, root } = parts;
  if (!isCurrent(parts, planned, remote)) return replan([remote.id]);
  const path = diskPath(parts, planned);
  const target = await absolutePath(parts, planned);
  await requireSame(parts, target, planned.stat);

  const trash = await trashSlot(parts, baseName(path));
  const trashPath = trash.slice(root.length + 1);
  const newer = { temp: fetched.temp.slice(root.length + 1), stat: fetched.stat, hash: remote.content.hash };
  const entry = { target: path, trash: trashPath, node: remote.id, line: replacedLine(path, planned, remote, trashPath), newer };
  const journalId = store.transaction((write) => write.addJournal(REPLACE_JOURNAL, entry));
  // On the disk before the file leaves its place: after a power cut in between, nothing else would tell that it is not deleted.
  store.sync();
  try {
    return await replaceJournalled(parts, planned, remote, { entry, journalId, fetched, target, trash });
  } catch (error) {
    const left = store.journal().find(({ id }) => id === journalId)?.data ?? entry;
    await endOrMend(parts, [journalId], () => recoverReplace(parts, left as ReplaceEntry));
    throw error;
  }
}

function replacedLine(path: string, planned: LocalFile, remote: RemoteFile, trashPath: string): Line {
  const now = remote.content.hash;
  const details = { sizeBytes: remote.content.size, device: remote.modifiedBy, node: remote.id };
  const reversal = planned.content === null ? undefined : { way: 'put_previous' as const, now, before: planned.content.hash };
  return { kind: 'updated_here', path, details: { ...details, reversal, trash: { trashPath, why: 'replaced' } } };
}

interface Replacing {
  readonly entry: ReplaceEntry & { readonly line: Line };
  readonly journalId: number;
  readonly fetched: Fetched;
  /** Absolute. */
  readonly target: string;
  readonly trash: string;
}

async function replaceJournalled(parts: ApplyParts, planned: LocalFile, remote: RemoteFile, replacing: Replacing): Promise<Outcome> {
  const { store, environment } = parts;
  const { disk } = environment;
  const { id } = remote;
  const { entry, journalId, fetched, target, trash } = replacing;
  const path = entry.target;
  const forget = (): void => store.transaction((write) => write.deleteJournal(journalId));

  await disk.moveFile(target, trash);
  const moved = await requireStat(parts, trash);
  if (!sameFile(moved, planned.stat)) {
    // Saved between the look and the move: that save is what counts here.
    await rescue(parts, trash, folderPath(target), baseName(path));
    forget();
    return replan([id], { rescan: folderOf(path) });
  }
  try {
    await disk.moveFile(fetched.temp, target);
  } catch (error) {
    await requireNoLink(parts, target);
    if (error instanceof DiskFault && error.code === 'exists') keepInTrash(parts, planned, entry, journalId);
    else {
      await rescue(parts, trash, folderPath(target), baseName(path));
      forget();
    }
    throw error;
  }
  await requireNoLink(parts, target).catch(async (error: unknown) => {
    // What was saved into it is an item of its own, wherever it is found.
    store.transaction((write) => write.putJournal(journalId, { ...entry, newer: undefined }));
    await takeBack(parts, target, fetched.stat);
    throw error;
  });
  const stat = await requireStat(parts, target);
  if (isMovedOver(parts, id, fetched.stat, stat)) {
    keepInTrash(parts, planned, entry, journalId);
    throw new DiskFault('exists', target);
  }
  const late = await requireStat(parts, trash);
  const kept = sameFile(late, moved) ? undefined : await keepLateWrite(parts, planned, trash, folderPath(target));
  await syncFolders(parts, [folderPath(target), folderPath(trash)]);

  store.transaction((write) => {
    write.putLocal({ ...planned, stat, content: contentAfter(remote.content, fetched.stat, stat), conflictOf: null });
    writeAgreed(parts, remote);
    write.deleteJournal(journalId);
    if (kept === undefined) writeLine(parts, entry.line);
    else writeKept(parts, entry.line, kept);
  });
  return kept === undefined ? done(id) : replan([id, kept.id], { rescan: folderOf(path) });
}

/**
 * Somebody put a file at the name while it was free. The old version is as it was agreed on, so it is in the history: it
 * need not come back beside the two that people wrote.
 */
function keepInTrash(parts: ApplyParts, { id, content }: LocalFile, { target, trash }: ReplaceEntry, journalId: number): void {
  parts.store.transaction((write) => {
    write.deleteJournal(journalId);
    note(parts, 'deleted_here', target, {
      sizeBytes: content?.size ?? null,
      node: id,
      reversal: { way: 'bring_back', hash: content?.hash ?? null },
      trash: { trashPath: trash, why: 'replaced' },
    });
  });
}

/** What a program wrote into the replaced file, which it still had open, is a version of its own. */
async function keepLateWrite(parts: ApplyParts, planned: LocalFile, trash: string, folder: string): Promise<LocalFile> {
  const path = await rescue(parts, trash, folder, planned.name);
  const stat = await requireStat(parts, path);
  const id = parts.environment.random.id();
  return { kind: 'file', id, parentId: planned.parentId, name: baseName(path), stat, content: null, conflictOf: planned.id };
}

/** The old version is not in the trash but beside the new one, with what was written into it. */
function writeKept(parts: ApplyParts, { path, details }: Line, kept: LocalFile): void {
  const { sizeBytes = null, device = null } = details;
  parts.store.transaction((write) => {
    note(parts, 'updated_here', path, { sizeBytes, device });
    write.putLocal(kept);
    note(parts, 'conflict', path, { otherPath: pathOf(parts, kept.id) ?? kept.name, device });
  });
}

/** The content is agreed; the place stays what it was agreed to be, so that a move under way is still seen as one. */
function writeAgreed({ store }: ApplyParts, remote: RemoteFile): void {
  const synced = store.synced.get(remote.id);
  const agreed = syncedFrom(remote);
  store.transaction((write) => {
    write.putSynced(synced === undefined ? agreed : { ...agreed, parentId: synced.parentId, name: synced.name, revision: synced.revision });
  });
}

/** The rows are still those that the plan was made from. */
function isCurrent({ store }: ApplyParts, planned: LocalFile, remote: RemoteFile): boolean {
  const local = store.local.get(remote.id);
  const now = store.remote.get(remote.id);
  return local?.kind === 'file' && sameStat(local.stat, planned.stat) && now?.kind === 'file' && now.content.hash === remote.content.hash;
}

const sameStat = (a: FileStat, b: FileStat): boolean => sameFile(a, b) && a.ctimeNs === b.ctimeNs;

const folderPath = (absolute: string): string => parentPath(absolute);

/** An item lies in the trash that does not belong there, and the disk does not let it back now. */
export function mendLater(parts: ApplyParts, entry: Pick<ReplaceEntry, 'target' | 'trash' | 'node'>): void {
  parts.store.transaction((write) => write.addJournal(REPLACE_JOURNAL, { ...entry, comesBack: true } satisfies ReplaceEntry));
  parts.onUnmended();
}

/**
 * What a crash, or a disk that failed, left between two moves: the old file goes back, unless something is there by now.
 * Throws DiskFault when that has to be tried again later.
 */
export async function recoverReplace(parts: ApplyParts, entry: ReplaceEntry): Promise<void> {
  const { target, trash, line, node } = entry;
  const { disk } = parts.environment;
  const from = `${parts.root}/${trash}`;
  const to = `${parts.root}/${target}`;
  const old = await disk.stat(from);
  // After it was replaced it may have gone out of sight: put back, the older version would take the newer one's row and place.
  const parked = node === undefined ? undefined : await disk.stat(`${parkedFolder(parts.root, node)}/${baseName(to)}`);
  const there = (await disk.stat(to)) ?? parked;
  const placed = await findNewer(parts, entry, { old, there });
  if (old === undefined) {
    // What was written into it late is beside the newer one already.
    if (placed !== undefined) return endReplaced(parts, entry, { old, placed });
    // Neither is there; a disk that was taken out says nothing of them.
    if (there === undefined) await requireStat(parts, ownPaths(parts.root).own);
    return;
  }
  try {
    if (placed !== undefined) await endReplaced(parts, entry, { old, placed });
    else if (there === undefined) {
      await requireNoLink(parts, to);
      await (old.kind === 'folder' ? disk.moveFolder(from, to) : disk.moveFile(from, to));
    } else if (there.dev === old.dev && there.ino === old.ino) {
      // One file under both names: the move away was broken off. Left so, a save in place would change the trash too.
      await disk.removeFile(from);
    } else if (entry.comesBack === true) await rescue(parts, from, parentPath(to), baseName(to), old.kind === 'folder' ? 'folder' : 'file');
    else if (line !== undefined) await tellReplaced(parts, line, { old, there, from, to });
  } catch (error) {
    // Its folder is gone or the place was taken just now.
    if (error instanceof DiskFault && STAYS.has(error.code)) return keepElsewhere(parts, { node, old, from, name: baseName(to) });
    throw error;
  }
  // The next look takes what is there for what is there for good: a power cut must not bring the older version back after it.
  await syncWhatIsThere(parts, [parentPath(to), parentPath(from)]);
}

/** Where the newer version is; undefined when it is not known that it got to its place. Throws DiskFault. */
async function findNewer(
  parts: ApplyParts,
  { target, node, newer }: ReplaceEntry,
  { old, there }: { readonly old: FileStat | undefined; readonly there: FileStat | undefined },
): Promise<FileStat | undefined> {
  if (newer === undefined || node === undefined) return undefined;
  // The older one never left its place, or is back there.
  if (there !== undefined && there.ino === (old ?? parts.store.local.get(node)?.stat)?.ino) return undefined;
  return findPlaced(parts, { node, target: `${parts.root}/${target}`, temp: `${parts.root}/${newer.temp}`, stat: newer.stat });
}

/**
 * The rows say of the newer version what they would say if nothing had come in between. Else it would look like an edit that
 * somebody made here: kept as a conflict where another device has written since, and never deleted.
 */
function agreeOn({ store }: ApplyParts, { node = '', newer }: ReplaceEntry, placed: FileStat): void {
  const [local, remote, synced] = [store.local.get(node), store.remote.get(node), store.synced.get(node)];
  if (local?.kind !== 'file' || newer === undefined) return;
  const known = remote?.kind === 'file' && remote.content.hash === newer.hash ? remote.content : null;
  store.transaction((write) => {
    write.putLocal({ ...local, stat: placed, content: contentAfter(known, newer.stat, placed), conflictOf: null });
    if (synced?.kind === 'file') write.putSynced({ ...synced, hash: newer.hash });
  });
}

/** It was replaced, and the end came before that was told. */
async function endReplaced(
  parts: ApplyParts,
  entry: ReplaceEntry,
  { old, placed }: { readonly old: FileStat | undefined; readonly placed: FileStat },
): Promise<void> {
  const { store, root } = parts;
  const { node = '', trash, line } = entry;
  const [from, folder] = [`${root}/${trash}`, parentPath(`${root}/${entry.target}`)];
  const planned = store.local.get(node);
  const isLate = planned?.kind === 'file' && old !== undefined && planned.stat.ino === old.ino && !sameFile(old, planned.stat);
  const kept = isLate ? await keepLateWrite(parts, planned, from, folder) : undefined;
  // Before the rows: a power cut that brings the older version back after them would make it the newest edit. Where the folder is
  // closed by now, the look that is let in finds the newer one.
  const isDurable = await syncWhatIsThere(parts, [folder, parentPath(from)]);
  store.transaction(() => {
    if (isDurable) agreeOn(parts, entry, placed);
    if (line === undefined || old === undefined || isInTrash(store, trash)) return;
    if (kept === undefined) writeLine(parts, line);
    else writeKept(parts, line, kept);
  });
}

const isInTrash = (store: ApplyParts['store'], path: string): boolean => store.trash().some(({ trashPath }) => trashPath === path);

interface Homeless {
  readonly node: NodeId | undefined;
  readonly old: FileStat;
  /** Absolute. */
  readonly from: string;
  readonly name: string;
}

/**
 * What the cloud has as well stays in the trash, and comes again from there to where it belongs now: that it is not here is
 * nobody's deletion. Anything else was written a moment ago and is nowhere else: it comes to the top of the folder.
 */
async function keepElsewhere(parts: ApplyParts, { node, old, from, name }: Homeless): Promise<void> {
  const { store } = parts;
  const [local, remote] = node === undefined ? [] : [store.local.get(node), store.remote.get(node)];
  const known = local?.kind === 'file' && remote !== undefined && sameFile(local.stat, old);
  if (known) forgetCopy(parts, local.id);
  else await rescue(parts, from, parts.root, name, old.kind === 'folder' ? 'folder' : 'file');
}

interface Replaced {
  readonly old: FileStat;
  readonly there: FileStat;
  /** Absolute. */
  readonly from: string;
  readonly to: string;
}

/** Nothing proves that what is there is the newer version; what was written into the old version since is one of its own. */
async function tellReplaced(parts: ApplyParts, line: Line, { old, there, from, to }: Replaced): Promise<void> {
  const { store } = parts;
  const { node = '', trash, reversal } = line.details;
  if (trash === undefined || isInTrash(store, trash.trashPath)) return;
  const planned = store.local.get(node);
  if (planned?.stat.ino === old.ino && !sameFile(old, planned.stat)) {
    await rescue(parts, from, parentPath(to), baseName(to));
    return;
  }
  const remote = store.remote.get(node);
  const isNewer =
    remote?.kind === 'file' && there.size === remote.content.size && BigInt(there.mtimeNs) / 1_000_000n === BigInt(remote.mtimeMs);
  const hash = reversal?.way === 'put_previous' ? reversal.before : null;
  // Else somebody put a file there before the newer version came.
  writeLine(
    parts,
    isNewer
      ? line
      : { ...line, kind: 'deleted_here', details: { sizeBytes: old.size, node, reversal: { way: 'bring_back', hash }, trash } },
  );
}
