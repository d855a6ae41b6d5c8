import type { Environment } from '../environment.ts';
import type { Timers } from './timers.ts';

/** How often a folder that cannot be watched is looked at. */
const POLL_MS = 30_000;

export interface FolderWatchParts {
  readonly environment: Environment;
  /** Absolute. */
  readonly path: string;
  readonly timers: Timers;
  readonly stopping: AbortSignal;
  /** Something in this folder may have changed. */
  readonly onHint: (folder: string) => void;
  /** Anything may have changed. */
  readonly onLost: () => void;
}

/** The watch over the synced folder. Where watching does not work the folder is looked at now and then, until it does. */
export class FolderWatch {
  readonly #parts: FolderWatchParts;
  #watcher: { close(): Promise<void> } | undefined;
  #works = false;
  /** Its hints are being lost: too many at a time. */
  #losing = false;
  #meanwhile = false;
  /** The latest that was begun: one after the other, or a watch would be left open that nobody knows of. */
  #begun: Promise<void> = Promise.resolve();

  constructor(parts: FolderWatchParts) {
    this.#parts = parts;
  }

  /** False before it began, while hints are being lost, and while the folder is looked at now and then only. */
  get works(): boolean {
    return this.#works && !this.#losing;
  }

  /** Begins, or begins anew: a watch does not come back with a volume. Resolves when it works, or is known not to. */
  begin(): Promise<void> {
    this.#begun = this.#begun.catch(() => undefined).then(() => this.#begin());
    return this.#begun;
  }

  async #begin(): Promise<void> {
    const { environment, path, onHint, onLost } = this.#parts;
    await this.close();
    if (this.#isStopping()) return;
    let failed = false;
    const hasFailed = (): boolean => failed;
    try {
      const watcher = await environment.watch(path, {
        dirty: onHint,
        overflow: (over) => {
          this.#losing = !over;
          if (over) onLost();
          else this.#lookMeanwhile();
        },
        failed: (cause) => {
          failed = true;
          this.#works = false;
          // What moved just before may have been told of at its old place only.
          onLost();
          this.#poll(cause);
        },
      });
      // Stopped, or failed, while the watch was being set up: nobody else would close it.
      if (this.#isStopping() || hasFailed()) return await watcher.close();
      this.#watcher = watcher;
      this.#works = true;
    } catch (error) {
      this.#poll(error);
    }
    // What changed before the watch began to work.
    onLost();
  }

  async close(): Promise<void> {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    this.#works = false;
    this.#losing = false;
    await watcher?.close();
  }

  #isStopping(): boolean {
    return this.#parts.stopping.aborted;
  }

  /** A burst may go on for as long as a program likes. */
  #lookMeanwhile(): void {
    if (this.#meanwhile) return;
    this.#meanwhile = true;
    this.#parts.timers.after(POLL_MS, () => {
      this.#meanwhile = false;
      if (!this.#losing || this.#isStopping()) return;
      this.#parts.onLost();
      this.#lookMeanwhile();
    });
  }

  /** Watching is tried again with each look. */
  #poll(cause: unknown): void {
    const { environment, timers } = this.#parts;
    if (this.#isStopping()) return;
    environment.log.warn('watching the folder does not work; it is looked at every 30 s', { cause: String(cause) });
    timers.after(POLL_MS, () => void this.begin());
  }
}
