import type { ErrorData } from '../../contract/index.ts';
import { Nap } from '../nap.ts';
import { type DriveApi, watchChanges } from '../remote/index.ts';
import { agreedWith } from './account-settings.ts';
import { isAboutConnection, type SyncContext } from './sync-context.ts';
import type { Telling } from './telling.ts';

export interface ListeningParts {
  readonly telling: Telling;
  /** Something changed in the cloud; resolves when it was read. */
  readonly onHint: () => Promise<void>;
  /** It answers again: only a read of the feed says that all is well, this says when it is worth one. */
  readonly onAnswer: () => void;
  readonly onLost: (reason: ErrorData) => void;
}

/** Waits at the cloud for changes, and tells it with each wait how far this device is. */
export class Listening {
  readonly #ctx: SyncContext;
  readonly #parts: ListeningParts;
  /** Between two tries. */
  readonly #nap = new Nap();

  constructor(ctx: SyncContext, parts: ListeningParts) {
    this.#ctx = ctx;
    this.#parts = parts;
  }

  /** Resolves after stop. */
  run(): Promise<void> {
    const { environment, drive, store, account, stopping } = this.#ctx;
    const { telling, onHint, onAnswer, onLost } = this.#parts;
    const options = {
      clock: environment.clock,
      random: environment.random,
      nap: this.#nap,
      report: () => telling.now(),
      onWait: (cut: () => void) => {
        telling.waits(cut);
      },
      onHint,
      onConnection: (offline: ErrorData | null) => {
        if (offline === null) onAnswer();
        else if (isAboutConnection(offline)) onLost(offline);
        else environment.log.warn('waiting for changes failed', { ...offline });
      },
    };
    const knowing: Pick<DriveApi, 'wait'> = {
      wait: (cursor, timeoutMs, signal, report) =>
        drive.wait(cursor, timeoutMs, signal, report, agreedWith({ store, account })?.version ?? null),
    };
    return watchChanges(knowing, () => store.cursor()?.cursor ?? null, options, stopping);
  }

  /** The line may be back: the next try is now. */
  wake(): void {
    this.#nap.wake();
  }

  /** Tells the other devices now how far this one is, for an engine that ends before its next wait. Throws what the cloud says. */
  async tellNow(): Promise<void> {
    const { drive, store, stopping } = this.#ctx;
    const cursor = store.cursor()?.cursor;
    if (cursor !== undefined) await drive.wait(cursor, 0, stopping, this.#parts.telling.now());
  }
}
