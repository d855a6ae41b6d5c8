import { nameKey } from '../../base/index.ts';
import type { NodeId } from './ids.ts';
import type { TreeView } from './trees.ts';

interface Placed {
  readonly id: NodeId;
  readonly parentId: NodeId;
  readonly name: string;
}

/** A tree in memory, indexed by id and by parent and name key. */
export class MapTree<N extends Placed> implements TreeView<N> {
  readonly #nodes = new Map<NodeId, N>();
  readonly #children = new Map<NodeId, Map<string, Set<NodeId>>>();

  constructor(nodes: Iterable<N> = []) {
    for (const node of nodes) this.set(node);
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(id: NodeId): N | undefined {
    return this.#nodes.get(id);
  }

  *children(parentId: NodeId): Iterable<N> {
    for (const ids of this.#children.get(parentId)?.values() ?? []) yield* this.#all(ids);
  }

  *named(parentId: NodeId, key: string): Iterable<N> {
    yield* this.#all(this.#children.get(parentId)?.get(key) ?? []);
  }

  *values(): Iterable<N> {
    yield* this.#nodes.values();
  }

  set(node: N): void {
    this.delete(node.id);
    this.#nodes.set(node.id, node);
    const names = getOrMake(this.#children, node.parentId, () => new Map<string, Set<NodeId>>());
    getOrMake(names, nameKey(node.name), () => new Set<NodeId>()).add(node.id);
  }

  delete(id: NodeId): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    this.#nodes.delete(id);
    const names = this.#children.get(node.parentId);
    const key = nameKey(node.name);
    const ids = names?.get(key);
    ids?.delete(id);
    if (ids?.size === 0) names?.delete(key);
    if (names?.size === 0) this.#children.delete(node.parentId);
  }

  *#all(ids: Iterable<NodeId>): Iterable<N> {
    for (const id of ids) {
      const node = this.#nodes.get(id);
      if (node !== undefined) yield node;
    }
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
