import type { NodeId } from './ids.ts';
import type { TreeView } from './trees.ts';

interface Placed {
  readonly id: NodeId;
  readonly parentId: NodeId;
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/**
 * All that is below a folder, each once, also where parents go round in a circle (a cloud may show anything) and however
 * deep it is. @param into whether to look into this one too
 */
export function* below<N extends Placed>(tree: TreeView<N>, id: NodeId, into: (id: NodeId) => boolean = () => true): Generator<N> {
  const seen = new Set<NodeId>([id]);
  const folders = [id];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const child of tree.children(at)) {
      if (seen.has(child.id)) continue;
      seen.add(child.id);
      yield child;
      if (child.kind === 'folder' && into(child.id)) folders.push(child.id);
    }
  }
}

/** An item and all below it, itself first. */
export const withBelow = <N extends Placed>(tree: TreeView<N>, id: NodeId): readonly NodeId[] => [
  id,
  ...[...below(tree, id)].map((node) => node.id),
];
