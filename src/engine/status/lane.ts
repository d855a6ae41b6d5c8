import type { Status } from '../../contract/index.ts';
import { Speed } from './speed.ts';

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** Progress of one direction since the engine was last idle. */
export class Lane {
  readonly #speed = new Speed();
  #done: Amount = { files: 0, bytes: 0 };
  #planned: Amount = { files: 0, bytes: 0 };
  #active: Amount = { files: 0, bytes: 0 };
  /** Bytes of the active transfers that have moved. */
  #moved = 0;

  /** What is still to be done, the active included: set anew with every plan, so that it corrects itself. */
  plan(remaining: Amount): void {
    this.#planned = remaining;
  }

  start(totalBytes: number): void {
    this.#active = { files: this.#active.files + 1, bytes: this.#active.bytes + totalBytes };
  }

  /** `bytes` is negative when a transfer begins again. */
  move(bytes: number, at: number): void {
    this.#moved += bytes;
    if (bytes > 0) this.#speed.add(bytes, at);
  }

  finish(totalBytes: number, movedBytes: number, succeeded: boolean): void {
    this.#active = less(this.#active, totalBytes);
    this.#planned = less(this.#planned, totalBytes);
    this.#moved -= movedBytes;
    if (succeeded) this.#done = { files: this.#done.files + 1, bytes: this.#done.bytes + totalBytes };
  }

  reset(): void {
    this.#done = { files: 0, bytes: 0 };
    this.#planned = { files: 0, bytes: 0 };
  }

  get waiting(): boolean {
    return this.#planned.files > 0;
  }

  progress(at: number): Status['upload'] {
    const bytes = this.#done.bytes + Math.max(0, this.#moved);
    return {
      files: this.#done.files,
      totalFiles: this.#done.files + Math.max(this.#planned.files, this.#active.files),
      bytes,
      totalBytes: Math.max(bytes, this.#done.bytes + Math.max(this.#planned.bytes, this.#active.bytes)),
      bytesPerSecond: Math.round(this.#speed.bytesPerSecond(at)),
    };
  }
}

const less = (amount: Amount, bytes: number): Amount => ({
  files: Math.max(0, amount.files - 1),
  bytes: Math.max(0, amount.bytes - bytes),
});

/** Milliseconds until both directions are done at their present speeds; null when idle or nothing moves. */
export function etaMs(...lanes: readonly Status['upload'][]): number | null {
  const waits = lanes
    .filter((lane) => lane.totalBytes > lane.bytes)
    .map((lane) => ((lane.totalBytes - lane.bytes) * 1000) / lane.bytesPerSecond);
  if (waits.length === 0 || !waits.every(Number.isFinite)) return null;
  // They run side by side, so the longer one counts. Whole seconds: finer is only noise.
  return Math.ceil(Math.max(...waits) / 1000) * 1000;
}
