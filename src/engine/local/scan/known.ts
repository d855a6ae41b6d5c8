import { joinPath, type RelativePath } from '../../../base/index.ts';
import { type LocalNode, type LocalTree, type NodeId, ROOT_ID } from '../../model/index.ts';
import type { KnownLocal } from './listing.ts';

/** A view for trees without indexes of their own (tests, small trees): walks the tree once, when first asked. */
export function knownFrom(tree: LocalTree): KnownLocal {
  let index: { readonly inodes: Map<string, LocalNode[]>; readonly paths: Map<NodeId, RelativePath> } | undefined;
  const indexed = (): NonNullable<typeof index> => (index ??= walk(tree));
  return {
    tree,
    pathOf: (id) => (id === ROOT_ID ? '' : indexed().paths.get(id)),
    withInode: (dev, ino) => indexed().inodes.get(inodeKey({ dev, ino })) ?? [],
  };
}

export const inodeKey = (stat: { readonly dev: string; readonly ino: string }): string => `${stat.dev}:${stat.ino}`;

function walk(tree: LocalTree): { readonly inodes: Map<string, LocalNode[]>; readonly paths: Map<NodeId, RelativePath> } {
  const inodes = new Map<string, LocalNode[]>();
  const paths = new Map<NodeId, RelativePath>();
  const queue: [NodeId, RelativePath][] = [[ROOT_ID, '']];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const node of tree.children(next[0])) {
      const path = joinPath(next[1], node.name);
      paths.set(node.id, path);
      const key = inodeKey(node.stat);
      const same = inodes.get(key);
      if (same === undefined) inodes.set(key, [node]);
      else same.push(node);
      if (node.kind === 'folder') queue.push([node.id, path]);
    }
  }
  return { inodes, paths };
}

/** Remembers the children of folders by name and finds what was known at a path; for one scan. */
export class KnownPlaces {
  readonly #tree: LocalTree;
  readonly #known: KnownLocal;
  readonly #children = new Map<NodeId, ReadonlyMap<string, LocalNode>>();
  readonly #ids = new Map<RelativePath, NodeId | undefined>([['', ROOT_ID]]);

  constructor(known: KnownLocal) {
    this.#tree = known.tree;
    this.#known = known;
  }

  childrenOf(id: NodeId): ReadonlyMap<string, LocalNode> {
    let children = this.#children.get(id);
    if (children === undefined) {
      children = new Map([...this.#tree.children(id)].map((node) => [node.name, node]));
      this.#children.set(id, children);
    }
    return children;
  }

  /** Lets go of the children of a folder; they are read again when they are asked for. */
  forget(id: NodeId): void {
    this.#children.delete(id);
  }

  withInode(dev: string, ino: string): readonly LocalNode[] {
    return [...this.#known.withInode(dev, ino)];
  }

  nodeOf(id: NodeId): LocalNode | undefined {
    return this.#tree.get(id);
  }

  /** Id of the folder that was known at the path. */
  folderAt(path: RelativePath): NodeId | undefined {
    if (this.#ids.has(path)) return this.#ids.get(path);
    const slash = path.lastIndexOf('/');
    const parent = this.folderAt(slash < 0 ? '' : path.slice(0, slash));
    const node = parent === undefined ? undefined : this.childrenOf(parent).get(path.slice(slash + 1));
    const id = node?.kind === 'folder' ? node.id : undefined;
    this.#ids.set(path, id);
    return id;
  }
}
