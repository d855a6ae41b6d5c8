import type { Disk } from '../../index.ts';

type Call = keyof Disk;

/** Stands between an engine and its disk, so that a person's hands come in at a moment that decides, or a call fails. */
export class DiskHooks {
  /** Runs before each call; may wait, do something to the files, or throw the DiskFault that the call shall fail with. */
  before: (call: Call, args: readonly unknown[]) => void | Promise<void> = () => undefined;
  /** Runs after the disk did it, before the engine learns of it. */
  after: (call: Call, args: readonly unknown[]) => void | Promise<void> = () => undefined;

  wrap(disk: Disk): Disk {
    return new Proxy(disk, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key, target);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          await this.before(key as Call, args);
          const answer: unknown = await (method as (...args: unknown[]) => Promise<unknown>).apply(target, args);
          await this.after(key as Call, args);
          return answer;
        };
      },
    });
  }

  /** Runs `work` once: at the first call that `when` is true of, before it is made. */
  once(when: (call: Call, args: readonly unknown[]) => boolean, work: () => void | Promise<void>): void {
    let over = false;
    this.before = async (call, args) => {
      if (over || !when(call, args)) return;
      over = true;
      await work();
    };
  }
}
