import { joinPath, nameKey, numberedName, parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { childNamed, type NodeId, ROOT_ID } from '../../model/index.ts';
import type { ApplyParts } from '../parts.ts';
import { newPath, requireStat } from '../paths.ts';
import { syncFolders } from '../sync-folders.ts';

/** Id of the folder at a path, made where it is missing. Throws undo_place_taken when a file has its name, DiskFault. */
export async function folderAt(parts: ApplyParts, path: string): Promise<NodeId> {
  const { store, environment } = parts;
  let at: NodeId = ROOT_ID;
  let walked = '';
  for (const name of path === '' ? [] : path.split('/')) {
    walked = joinPath(walked, name);
    const there = childNamed(store.local, at, name);
    if (there?.kind === 'file') throw new TidemarkError('undo_place_taken', { path: walked });
    at = there?.id ?? (await makeFolder(at, name));
  }
  return at;

  async function makeFolder(parentId: NodeId, name: string): Promise<NodeId> {
    const target = await newPath(parts, parentId, name);
    await environment.disk.makeFolder(target);
    const stat = await requireStat(parts, target);
    await syncFolders(parts, [parentPath(target)]);
    const id = environment.random.id();
    store.transaction((write) => write.putLocal({ kind: 'folder', id, parentId, name, stat }));
    return id;
  }
}

/**
 * Throws undo_left_out when what comes to the path would not sync there: a rule leaves it out, or it is in a folder that
 * never leaves this device or is not kept on it. Makes nothing.
 */
export function requireSyncedPlace({ store, scope }: ApplyParts, path: string, kind: 'file' | 'folder'): void {
  const judged = scope();
  const names = path.split('/');
  let folder: NodeId = ROOT_ID;
  let [passed, there]: [number, NodeId | undefined] = [0, ROOT_ID];
  for (const [index, name] of names.slice(0, -1).entries()) {
    there = there === undefined ? undefined : childNamed(store.remote, there, name)?.id;
    if (there !== undefined && judged.excluded(there)) throw new TidemarkError('undo_left_out', { path });
    const here = passed === index ? childNamed(store.local, folder, name) : undefined;
    if (here !== undefined) [folder, passed] = [here.id, index + 1];
  }
  if (judged.below('local', folder, names.slice(passed), kind) !== undefined) throw new TidemarkError('undo_left_out', { path });
}

/** Nothing has the name there, on this disk or in the cloud. @param but items that may: they leave it, or only change the spelling */
export async function isFree(parts: ApplyParts, parentId: NodeId, name: string, but: ReadonlySet<NodeId> = new Set()): Promise<boolean> {
  const { store, environment } = parts;
  const key = nameKey(name);
  const here = [...store.local.named(parentId, key)];
  // What left the place here, or was deleted here, is only still to leave it in the cloud.
  const coming = [...store.remote.named(parentId, key)].filter(
    ({ id }) => store.local.get(id) === undefined && store.synced.get(id) === undefined,
  );
  if ([...here, ...coming].some(({ id }) => !but.has(id))) return false;
  return here.length > 0 || (await environment.disk.stat(await newPath(parts, parentId, name))) === undefined;
}

const MOST_NUMBERS = 1000;

/** `report.docx`, or `report (2).docx` where that is taken. Throws undo_place_taken. */
export async function freeName(parts: ApplyParts, parentId: NodeId, name: string): Promise<string> {
  for (let number = 1; number < MOST_NUMBERS; number += 1) {
    const candidate = number === 1 ? name : numberedName(name, number);
    if (await isFree(parts, parentId, candidate)) return candidate;
  }
  throw new TidemarkError('undo_place_taken', { path: name });
}
