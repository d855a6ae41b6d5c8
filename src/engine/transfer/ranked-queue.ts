interface Entry<T> {
  readonly item: T;
  readonly rank: number;
  /** Those of one rank go in the order they came. */
  readonly turn: number;
  gone: boolean;
}

/** Waits with a rank: the highest goes first, whenever it came. Adding and taking cost the logarithm of how many wait. */
export class RankedQueue<T> {
  /** A binary heap; those that left before their turn stay in it until they come up. */
  readonly #heap: Entry<T>[] = [];
  readonly #entries = new Map<T, Entry<T>>();
  #turn = 0;

  get size(): number {
    return this.#entries.size;
  }

  has(item: T): boolean {
    return this.#entries.has(item);
  }

  /** One that is there already keeps its place. */
  add(item: T, rank = 0): void {
    if (this.#entries.has(item)) return;
    const entry = { item, rank, turn: (this.#turn += 1), gone: false };
    this.#entries.set(item, entry);
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
  }

  delete(item: T): void {
    const entry = this.#entries.get(item);
    if (entry === undefined) return;
    entry.gone = true;
    this.#entries.delete(item);
    if (this.#entries.size === 0) this.#heap.length = 0;
  }

  /** Whose turn it is; it stays. */
  peek(): T | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first?.gone !== true) return first?.item;
      this.#pop();
    }
  }

  take(): T | undefined {
    const item = this.peek();
    if (item !== undefined) {
      this.#entries.delete(item);
      this.#pop();
    }
    return item;
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#heap.length && this.#isBefore(child, first)) first = child;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.rank === b.rank ? a.turn < b.turn : a.rank > b.rank;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
