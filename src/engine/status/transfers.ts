import type { TransferProgress } from '../../contract/index.ts';

/** As many as the status may list. */
const SHOWN = 20;

interface Transfer {
  readonly path: string;
  readonly direction: 'up' | 'down';
  readonly totalBytes: number;
  doneBytes: number;
}

/** The transfers under way, by the id of their operation. */
export class Transfers {
  readonly #active = new Map<string, Transfer>();

  get size(): number {
    return this.#active.size;
  }

  /** False when it runs already. */
  start(id: string, path: string, direction: 'up' | 'down', totalBytes: number): boolean {
    if (this.#active.has(id)) return false;
    this.#active.set(id, { path, direction, totalBytes, doneBytes: 0 });
    return true;
  }

  /** The step from the last report, negative when the transfer began again; undefined for one that does not run. */
  move(id: string, doneBytes: number): { readonly direction: 'up' | 'down'; readonly bytes: number } | undefined {
    const transfer = this.#active.get(id);
    if (transfer === undefined) return undefined;
    const now = Math.min(Math.max(0, doneBytes), transfer.totalBytes);
    const bytes = now - transfer.doneBytes;
    transfer.doneBytes = now;
    return { direction: transfer.direction, bytes };
  }

  end(id: string): Readonly<Transfer> | undefined {
    const transfer = this.#active.get(id);
    this.#active.delete(id);
    return transfer;
  }

  /** The largest first; equals by path, so that rows do not jump. */
  largest(): TransferProgress[] {
    return [...this.#active.values()]
      .sort((a, b) => b.totalBytes - a.totalBytes || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
      .slice(0, SHOWN)
      .map(({ path, direction, doneBytes, totalBytes }) => ({ path, direction, doneBytes, totalBytes }));
  }
}
