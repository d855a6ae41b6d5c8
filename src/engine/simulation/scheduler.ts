import type { SeededRandom } from '../fakes/random.ts';
import type { Trace } from './trace.ts';

/** One process of the world. Once dead nothing of it goes on: its steps and timers are dropped and never resolve. */
export interface Life {
  readonly name: string;
  alive: boolean;
}

interface Step {
  readonly life: Life;
  readonly go: () => void;
}

interface Timer {
  readonly life: Life;
  readonly due: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Chances, per step, of what a step costs. Most cost nothing, so that much happens within one tick of a clock. */
const STEP_COSTS: readonly (readonly [chance: number, ms: number])[] = [
  [0.75, 0],
  [0.2, 1],
  [0.045, 8],
  [0.005, 150],
];

/**
 * Owns time and order. Everything that waits - for the disk, the cloud, a timer - waits here, and a seed decides who goes on
 * next. Between two steps all promises settle, so that a step goes as far as it can and the same seed gives the same
 * history.
 */
export class Scheduler {
  readonly random: SeededRandom;
  readonly #trace: Trace;
  readonly #ready: Step[] = [];
  readonly #timers = new Set<Timer>();
  #nowMs = 0;
  #order = 0;
  /** Steps and timers that ran. */
  turns = 0;
  /** Chance that the step taken is the oldest of its process and not any of them. */
  readonly #orderly: number;

  constructor(random: SeededRandom, trace: Trace) {
    this.random = random;
    this.#trace = trace;
    this.#orderly = random.pick([0, 0.5, 0.9, 1]);
  }

  /** Monotonic time of the whole world in ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Waits until the seed says that this goes on; for ever when its process is dead. */
  step(life: Life): Promise<void> {
    return new Promise((go) => {
      if (life.alive) this.#ready.push({ life, go });
    });
  }

  timer(life: Life, ms: number, fire: () => void): () => void {
    if (!life.alive) return () => undefined;
    const timer: Timer = { life, due: this.#nowMs + Math.max(0, ms), order: this.#order++, fire };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  kill(life: Life): void {
    life.alive = false;
    for (let index = this.#ready.length - 1; index >= 0; index -= 1) if (this.#ready[index]?.life === life) this.#ready.splice(index, 1);
    for (const timer of [...this.#timers]) if (timer.life === life) this.#timers.delete(timer);
  }

  /** All machines sleep: what was due meanwhile is late. */
  skip(ms: number): void {
    this.#nowMs += ms;
  }

  note(who: string, what: string): void {
    this.#trace.add(this.#nowMs, who, what);
  }

  /** One step, or one timer; time jumps to the next timer when nothing else is left. False when it would pass `untilMs`. All has settled before. */
  async #turn(untilMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const timer = this.#nextTimer();
    const due = timer !== undefined && timer.due <= this.#nowMs;
    if (this.#ready.length === 0 && !due) {
      if (timer === undefined || timer.due > untilMs) return false;
      this.#nowMs = timer.due;
    }
    this.turns += 1;
    const lives = [...new Set(this.#ready.map((step) => step.life))];
    const choice = this.random.below(lives.length + (due || this.#ready.length === 0 ? 1 : 0));
    const life = lives[choice];
    if (life === undefined) {
      if (timer !== undefined) {
        this.#timers.delete(timer);
        timer.fire();
      }
    } else this.#take(life)?.go();
    this.#nowMs += this.#cost();
    await settle();
    return true;
  }

  /** Up to `count` turns. */
  async someTurns(count: number): Promise<void> {
    await settle();
    for (let index = 0; index < count; index += 1) if (!(await this.#turn(this.#nowMs + 60_000))) return;
  }

  /** Lets time go by until `ms` later. */
  async pass(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settle();
    while (this.#nowMs < end && (await this.#turn(end)));
    this.#nowMs = Math.max(this.#nowMs, end);
  }

  /** Runs the world until the promise settles; throws when that takes more than `turns`. */
  async until<T>(promise: Promise<T>, what: string, turns = 200_000): Promise<T> {
    const state = { pending: true };
    const settled = (): void => {
      state.pending = false;
    };
    promise.then(settled, settled);
    await settle();
    for (let count = 0; state.pending; count += 1) {
      if (count >= turns || !(await this.#turn())) throw new Error(`${what} does not end`);
    }
    return promise;
  }

  #take(life: Life): Step | undefined {
    const own = this.#ready.filter((step) => step.life === life);
    const step = own[this.random.next() < this.#orderly ? 0 : this.random.below(own.length)];
    if (step !== undefined) this.#ready.splice(this.#ready.indexOf(step), 1);
    return step;
  }

  #nextTimer(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
    return next;
  }

  #cost(): number {
    let rest = this.random.next();
    for (const [chance, ms] of STEP_COSTS) {
      rest -= chance;
      if (rest < 0) return ms;
    }
    return 0;
  }
}

/** All promises that can settle do so: Node takes what is next only when no microtask is left. Cheaper than a turn of the event loop. */
const settle = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
