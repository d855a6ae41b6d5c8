import type { Environment } from '../environment.ts';
import type { DiskMethod } from '../fakes/disk/index.ts';

const CHANGES: ReadonlySet<string> = new Set<DiskMethod>([
  'moveFile',
  'moveFiles',
  'moveFolder',
  'makeFolder',
  'removeFile',
  'removeFolder',
  'removeTree',
  'writeMany',
  'writeText',
]);

type Call = (...values: unknown[]) => unknown;

/**
 * The environment of a process that ends with a change of the disk: that is made, and nobody hears of it. From then on no
 * call is answered and no timer fires; what the database was told stays.
 */
export class MortalEnvironment {
  /** Of the change with this number, from 1, the process dies. */
  readonly #last: number;
  #changes = 0;
  #counting = false;
  #alive = true;

  constructor(last: number) {
    this.#last = last;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** How many changes there were since `count` was called. */
  get changes(): number {
    return this.#changes;
  }

  count(): void {
    this.#counting = true;
  }

  around(environment: Environment): Environment {
    const { clock } = environment;
    return {
      ...environment,
      disk: this.#around(environment.disk, (method) => this.#isLast(method)),
      connect: (server) => this.#around(environment.connect(server)),
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        timer: (ms, callback) =>
          clock.timer(ms, () => {
            if (this.#alive) callback();
          }),
        sleep: (ms, signal) => this.#answer(clock.sleep(ms, signal)),
      },
    };
  }

  #isLast(method: string): boolean {
    if (!this.#counting || !CHANGES.has(method)) return false;
    this.#changes += 1;
    return this.#changes === this.#last;
  }

  #around<T extends object>(part: T, isLast: (method: string) => boolean = () => false): T {
    return new Proxy(part, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]): unknown => {
          if (!this.#alive) return NEVER;
          const answer = (value as Call).apply(target, values);
          if (answer instanceof Promise) return this.#answer(answer, () => isLast(String(key)));
          // What is asked of the cloud in the name of the account goes through it too.
          return typeof answer === 'object' && answer !== null ? this.#around(answer) : answer;
        };
      },
    });
  }

  #answer<T>(answer: Promise<T>, isLast: () => boolean = () => false): Promise<T> {
    const alive = <R>(then: () => R): R | Promise<never> => (this.#alive ? then() : NEVER);
    return answer.then(
      (value) =>
        alive(() => {
          if (!isLast()) return value;
          this.#alive = false;
          return NEVER;
        }),
      (error: unknown) =>
        alive(() => {
          throw error;
        }),
    );
  }
}

const NEVER = new Promise<never>(() => undefined);
