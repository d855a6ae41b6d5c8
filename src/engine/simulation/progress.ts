import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Shape } from './shape.ts';
import type { TaskResult } from './tasks.ts';

export interface ProgressOptions {
  readonly from: number;
  readonly count: number;
  readonly shape: Shape;
  /** Where the run is written down, so that it can go on another time. */
  readonly file: string | undefined;
}

interface Saved {
  readonly run: string;
  /** Seeds below this one are done. */
  readonly next: number;
  readonly failed: readonly number[];
  readonly turns: number;
  readonly seconds: number;
}

/** Histories between two lines about how far a run is. */
const LINE_EVERY = 100;

/** How far a long run is: which seeds are next, and what became of the others. */
export class Progress {
  readonly failed: number[] = [];
  readonly #options: ProgressOptions;
  readonly #run: string;
  readonly #startedMs = performance.now();
  readonly #finished = new Set<number>();
  #next: number;
  #contiguous: number;
  #turns = 0;
  #secondsBefore = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    const { from, count, shape, file } = options;
    this.#run = JSON.stringify({ from, count, devices: shape.devices ?? null, steps: shape.steps ?? null });
    this.#next = from;
    this.#contiguous = from;
    if (file !== undefined && existsSync(file)) this.#load(JSON.parse(readFileSync(file, 'utf8')) as Saved);
  }

  get done(): number {
    return this.#contiguous - this.#options.from + this.#finished.size;
  }

  /** The next seed; undefined at the end. */
  next(): number | undefined {
    if (this.#next >= this.#options.from + this.#options.count) return undefined;
    this.#next += 1;
    return this.#next - 1;
  }

  /** Answers a line to show, now and then. */
  finished({ seed, violations, turns }: TaskResult): string | undefined {
    this.#finished.add(seed);
    while (this.#finished.delete(this.#contiguous)) this.#contiguous += 1;
    this.#turns += turns;
    if (violations.length > 0) this.failed.push(seed);
    if (this.done % LINE_EVERY !== 0 && this.done !== this.#options.count) return undefined;
    this.#save();
    return this.done === this.#options.count ? undefined : this.summary();
  }

  summary(): string {
    const seconds = this.#seconds;
    const failures = this.failed.length === 0 ? 'all well' : `failed: ${this.failed.join(' ')}`;
    return `${this.done} of ${this.#options.count} histories, ${this.#turns} turns, ${seconds.toFixed(1)} s; ${failures}`;
  }

  get #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedMs) / 1000;
  }

  #load({ run, next, failed, turns, seconds }: Saved): void {
    if (run !== this.#run) throw new Error(`the file is of another run: ${run}`);
    this.#next = next;
    this.#contiguous = next;
    this.failed.push(...failed.filter((seed) => seed < next));
    this.#turns = turns;
    this.#secondsBefore = seconds;
  }

  #save(): void {
    const { file } = this.#options;
    if (file === undefined) return;
    const saved: Saved = { run: this.#run, next: this.#contiguous, failed: this.failed, turns: this.#turns, seconds: this.#seconds };
    writeFileSync(file, `${JSON.stringify(saved)}\n`);
  }
}
