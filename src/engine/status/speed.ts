const WINDOW_MS = 5000;
const BUCKET_MS = 250;
/** Less than this says nothing yet: the first block of a file would show as hundreds of megabytes a second. */
const MIN_SPAN_MS = 500;

/**
 * Bytes a second over the last five seconds. Times are handed in (monotonic ms), so that the same samples always give
 * the same speed. Keeps a bucket for each quarter of a second, whatever the number of samples.
 */
export class Speed {
  readonly #buckets: { readonly start: number; bytes: number }[] = [];
  /** When bytes first moved after a rest: a second of moving is not to be averaged with four of rest. */
  #since: number | null = null;

  add(bytes: number, at: number): void {
    this.#forget(at);
    this.#since ??= at;
    const start = Math.floor(at / BUCKET_MS) * BUCKET_MS;
    const last = this.#buckets.at(-1);
    // A clock that steps back adds to the newest bucket; order is what `#forget` relies on.
    if (last !== undefined && start <= last.start) last.bytes += bytes;
    else this.#buckets.push({ start, bytes });
  }

  bytesPerSecond(at: number): number {
    this.#forget(at);
    if (this.#since === null) return 0;
    const span = Math.min(WINDOW_MS, Math.max(MIN_SPAN_MS, at - this.#since));
    const bytes = this.#buckets.reduce((sum, bucket) => sum + bucket.bytes, 0);
    return Math.max(0, (bytes * 1000) / span);
  }

  #forget(at: number): void {
    while (this.#buckets[0] !== undefined && this.#buckets[0].start <= at - WINDOW_MS) this.#buckets.shift();
    if (this.#buckets.length === 0) this.#since = null;
  }
}
