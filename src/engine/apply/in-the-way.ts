import { joinPath } from '../../base/index.ts';
import type { ErrorData } from '../../contract/index.ts';
import { DiskFault } from '../environment.ts';
import { RULES_FILE } from '../ignore/index.ts';
import { type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { Operation, Place } from '../plan/index.ts';
import type { ApplyParts } from './parts.ts';
import { diskPath } from './paths.ts';

type Parts = Pick<ApplyParts, 'environment' | 'root' | 'scope' | 'store'>;

/**
 * Why no plan will get on with the operation: what is at its place on this disk is none that any tree can tell the planner
 * of, a link, a device, or something that is left out here. Undefined when there is no such thing.
 */
export async function inTheWay(parts: Parts, operation: Operation): Promise<ErrorData | undefined> {
  const { store } = parts;
  const local = store.local.get(operation.id);
  const own = local === undefined || local.parentId === PARKED_ID ? undefined : await special(parts, store.localPath(local.id), local.name);
  if (own !== undefined) return own;
  const to = targetOf(parts, operation);
  if (to === undefined) return undefined;
  const path = pathIn(parts, to);
  return (await special(parts, path, to.name)) ?? (path === undefined ? undefined : await leftOut(parts, path, to));
}

/** Where the operation puts the item on this disk, when that is another place than it has. */
export function targetOf({ store }: Pick<Parts, 'store'>, operation: Operation): Place | undefined {
  switch (operation.op) {
    case 'move_local':
      return operation.to;
    case 'download':
    case 'mkdir_local':
      return store.local.get(operation.id) === undefined ? store.remote.get(operation.id) : undefined;
    default:
      return undefined;
  }
}

function pathIn(parts: Parts, { parentId, name }: { readonly parentId: NodeId; readonly name: string }): string | undefined {
  const parent = parts.store.local.get(parentId);
  if (parent === undefined) return parentId === ROOT_ID ? name : undefined;
  try {
    return joinPath(diskPath(parts, parent), name);
  } catch (error) {
    if (error instanceof DiskFault) return undefined;
    throw error;
  }
}

async function special(parts: Parts, path: string | undefined, name: string): Promise<ErrorData | undefined> {
  const kind = path === undefined ? undefined : await kindAt(parts, path);
  if (path === undefined || (kind !== 'symlink' && kind !== 'special')) return undefined;
  const params = { path };
  if (name === RULES_FILE) return { code: 'rules_in_the_way', params };
  return { code: kind === 'symlink' ? 'link_in_the_way' : 'special_in_the_way', params };
}

async function leftOut(parts: Parts, path: string, { parentId, name }: Place): Promise<ErrorData | undefined> {
  const kind = await kindAt(parts, path);
  if (kind !== 'file' && kind !== 'folder') return undefined;
  const isOut = parts.scope().at('local', { parentId, name, kind }) !== undefined;
  return isOut ? { code: 'name_left_out', params: { name, path } } : undefined;
}

async function kindAt({ environment, root }: Parts, path: string): Promise<'file' | 'folder' | 'symlink' | 'special' | undefined> {
  try {
    return (await environment.disk.stat(`${root}/${path}`))?.kind;
  } catch (error) {
    if (error instanceof DiskFault) return undefined;
    throw error;
  }
}
