import { MapTree, type NodeId, type TreeView } from '../../model/index.ts';

interface Placed {
  readonly id: NodeId;
  readonly parentId: NodeId;
  readonly name: string;
}

/** A tree with changes on top of it; what is below stays as it is. Memory grows with the changes only. */
export class OverlayTree<N extends Placed> implements TreeView<N> {
  readonly #base: TreeView<N>;
  readonly #put = new MapTree<N>();
  /** Ids that the base does not speak for any more: changed or gone. */
  readonly #hidden = new Set<NodeId>();
  #size: number;
  readonly #onChange: (id: NodeId) => void;

  constructor(base: TreeView<N>, onChange: (id: NodeId) => void = () => undefined) {
    this.#base = base;
    this.#size = base.size;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#size;
  }

  get(id: NodeId): N | undefined {
    return this.#hidden.has(id) ? this.#put.get(id) : this.#base.get(id);
  }

  *children(parentId: NodeId): Iterable<N> {
    for (const node of this.#base.children(parentId)) if (!this.#hidden.has(node.id)) yield node;
    yield* this.#put.children(parentId);
  }

  *named(parentId: NodeId, key: string): Iterable<N> {
    for (const node of this.#base.named(parentId, key)) if (!this.#hidden.has(node.id)) yield node;
    yield* this.#put.named(parentId, key);
  }

  set(node: N): void {
    if (this.get(node.id) === undefined) this.#size += 1;
    this.#hidden.add(node.id);
    this.#put.set(node);
    this.#onChange(node.id);
  }

  delete(id: NodeId): void {
    if (this.get(id) === undefined) return;
    this.#size -= 1;
    this.#hidden.add(id);
    this.#put.delete(id);
    this.#onChange(id);
  }

  /** Path of a node, `…` for a part that is not known. */
  path(id: NodeId, root: NodeId): string {
    const names: string[] = [];
    const seen = new Set<NodeId>();
    for (let at = id; at !== root && !seen.has(at);) {
      seen.add(at);
      const node = this.get(at);
      if (node === undefined) return ['…', ...names].join('/');
      names.unshift(node.name);
      at = node.parentId;
    }
    return names.join('/');
  }
}
