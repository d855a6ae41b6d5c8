import { nameKey } from '../../base/index.ts';
import { type NodeId, ROOT_ID } from './ids.ts';
import type { TreeView } from './trees.ts';

interface Placed {
  readonly id: NodeId;
  readonly name: string;
  readonly parentId: NodeId;
}

/** Id of what a tree has at a path, name by name as `childNamed` finds it. */
export function findByPath<N extends Placed>(tree: TreeView<N>, path: string): NodeId | undefined {
  let at: NodeId = ROOT_ID;
  for (const name of path === '' ? [] : path.split('/')) {
    const node = childNamed(tree, at, name);
    if (node === undefined) return undefined;
    at = node.id;
  }
  return at;
}

/** What a tree has of that name in a folder: the exact spelling first, else the one that differs in case or composition only. */
export function childNamed<N extends Placed>(tree: TreeView<N>, folder: NodeId, name: string): N | undefined {
  const found = [...tree.named(folder, nameKey(name))];
  return found.find((one) => one.name === name) ?? found[0];
}
