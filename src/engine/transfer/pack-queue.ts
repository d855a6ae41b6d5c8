import { RankedQueue } from './ranked-queue.ts';

/** What a pack is made of. */
export interface Packable {
  readonly size: number;
}

/** Small packs sent for one pack of large files' blocks while both wait. */
const SMALL_TURNS = 3;

/**
 * Blocks that wait for a request. Those of small files go first, by rank and then in the order they came; those of large
 * files have every fourth turn, so that neither starves the other.
 */
export class PackQueue<T extends Packable> {
  readonly #small = new RankedQueue<T>();
  readonly #large = new RankedQueue<T>();
  #smallTurns = 0;

  get size(): number {
    return this.#small.size + this.#large.size;
  }

  add(item: T, kind: 'small' | 'large', rank = 0): void {
    if (kind === 'small') {
      this.#large.delete(item);
      this.#small.add(item, rank);
    } else if (!this.#small.has(item)) this.#large.add(item, rank);
  }

  delete(item: T): void {
    this.#small.delete(item);
    this.#large.delete(item);
  }

  /** At least one item, then as many as fit into `maxBytes` and `maxItems`. Empty when nothing waits. */
  take(maxBytes: number, maxItems: number): T[] {
    const largeTurn = this.#small.size === 0 || (this.#large.size > 0 && this.#smallTurns >= SMALL_TURNS);
    this.#smallTurns = largeTurn ? 0 : this.#smallTurns + 1;
    const queue = largeTurn ? this.#large : this.#small;
    const pack: T[] = [];
    let bytes = 0;
    for (let item = queue.peek(); item !== undefined; item = queue.peek()) {
      if (pack.length > 0 && (bytes + item.size > maxBytes || pack.length >= maxItems)) break;
      queue.take();
      pack.push(item);
      bytes += item.size;
    }
    return pack;
  }
}
