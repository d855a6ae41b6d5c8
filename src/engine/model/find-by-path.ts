import { nameKey } from '../../base/index.ts';
import { type NodeId, ROOT_ID } from './ids.ts';
import type { TreeView } from './trees.ts';

interface Placed {
  readonly id: NodeId;
  readonly name: string;
  readonly parentId: NodeId;
}

/** Id of what a tree has at a path: the exact spelling first, else the one that differs in case or composition only. */
export function findByPath<N extends Placed>(tree: TreeView<N>, path: string): NodeId | undefined {
  let at: NodeId = ROOT_ID;
  for (const name of path === '' ? [] : path.split('/')) {
    const found = [...tree.named(at, nameKey(name))];
    const node = found.find((one) => one.name === name) ?? found[0];
    if (node === undefined) return undefined;
    at = node.id;
  }
  return at;
}
