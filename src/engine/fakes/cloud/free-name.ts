import { splitExtension } from '../../../base/index.ts';
import { type CloudNode, ROOT_ID } from '../../../contract/index.ts';
import type { DriveState } from './drive-state.ts';

/** Where something out of the trash goes: its old folder, or the root when that is gone; numbered when the name is taken. */
export function freeName(drive: DriveState, node: CloudNode): { readonly parentId: string; readonly name: string } {
  const parentId = drive.node(node.parentId)?.kind === 'folder' ? node.parentId : ROOT_ID;
  const { stem, extension } = node.kind === 'file' ? splitExtension(node.name) : { stem: node.name, extension: '' };
  let name = node.name;
  for (let number = 2; drive.holder(parentId, name, node.id) !== undefined; number += 1) name = `${stem} (${number})${extension}`;
  return { parentId, name };
}
