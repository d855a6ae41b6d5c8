import { hourMs } from '../../base/index.ts';
import type { SpeedLimit, Terms } from '../../contract/index.ts';
import type { Log } from '../environment.ts';
import type { StatusEvent } from '../status/index.ts';
import type { Store } from '../store/index.ts';
import type { SpeedCaps } from './speed-limits.ts';

export interface HeardTermsParts {
  readonly store: Pick<Store, 'keptUntil' | 'transaction'>;
  readonly log: Log;
  readonly onStatus: (event: StatusEvent) => void;
}

/** What the plan allows and until when the documents are kept, as the cloud last said. */
export class HeardTerms {
  readonly #parts: HeardTermsParts;
  #keptUntil: number | null;
  #caps: SpeedCaps = { uploadBytesPerSecond: null, downloadBytesPerSecond: null };
  #limits: { readonly up: SpeedLimit | null; readonly down: SpeedLimit | null } = { up: null, down: null };

  constructor(parts: HeardTermsParts) {
    this.#parts = parts;
    this.#keptUntil = parts.store.keptUntil();
  }

  /** As far as this process was told. */
  get caps(): SpeedCaps {
    return this.#caps;
  }

  /** Wall clock; null while they are kept for good, or nothing is known. */
  get keptUntil(): number | null {
    return this.#keptUntil;
  }

  heard({ uploadBytesPerSecond, downloadBytesPerSecond, purgeAfter }: Terms): void {
    this.#caps = { uploadBytesPerSecond, downloadBytesPerSecond };
    const before = this.#keptUntil;
    // It moves with every sync; what is kept of it on the disk need not be that exact.
    if (before === null ? purgeAfter === null : purgeAfter !== null && Math.abs(purgeAfter - before) < hourMs) return;
    this.#keptUntil = purgeAfter;
    const { store, log, onStatus } = this.#parts;
    onStatus({ type: 'kept_until', at: purgeAfter });
    try {
      store.transaction((write) => {
        write.setKeptUntil(purgeAfter);
      });
    } catch (error) {
      log.warn('until when the cloud keeps the documents could not be noted', { error: String(error) });
    }
  }

  /** The most that may go up and down from now on: told when it is another. */
  limited(up: SpeedLimit | null, down: SpeedLimit | null): void {
    const told = this.#limits;
    if (isSame(told.up, up) && isSame(told.down, down)) return;
    this.#limits = { up, down };
    this.#parts.onStatus({ type: 'limits', up, down });
  }
}

const isSame = (a: SpeedLimit | null, b: SpeedLimit | null): boolean => a?.bytesPerSecond === b?.bytesPerSecond && a?.by === b?.by;
