import { type CommitEntryInput, type CommitResult, type ErrorCode, MAX_COMMIT_ENTRIES, TidemarkError } from '../../contract/index.ts';
import type { Random } from '../environment.ts';
import type { DriveApi } from '../remote/api.ts';
import { onAbort, throwIfAborted } from './abort.ts';
import type { CommitJournal, Committer, PendingCommit } from './api.ts';
import { COMMIT_BLOCKS } from './limits.ts';
import type { Throttle } from './throttle.ts';

export interface CommitterParts {
  readonly drive: Pick<DriveApi, 'commit'>;
  readonly throttle: Throttle;
  readonly journal: CommitJournal;
  readonly random: Pick<Random, 'id'>;
  /** Requests under way at a time. With 2 the next batch is prepared while the cloud works; 1 keeps them in order. */
  readonly inFlight?: 1 | 2;
}

/** Calls of one `commit`, waiting for their results. */
interface Call {
  readonly entries: readonly CommitEntryInput[];
  readonly blocks: number;
  readonly resolve: (results: readonly CommitResult[]) => void;
  readonly reject: (error: unknown) => void;
  aborted: boolean;
  /** The request it went into; told when the caller gives up. */
  onAborted: (() => void) | undefined;
}

/** Refused as a whole, nothing done: smaller requests may pass, or at least leave only the bad entry refused. */
const SPLIT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['body_too_large', 'invalid_request']);
/** The cloud answered that it will never take this request; there is nothing to send again at the next start. */
const REFUSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...SPLIT,
  'unsupported_media_type',
  'idempotency_key_reused',
  'client_too_old',
]);

export const createCommitter = (parts: CommitterParts): Committer => new BatchingCommitter(parts);

class BatchingCommitter implements Committer {
  readonly #parts: CommitterParts;
  readonly #inFlight: number;
  readonly #waiting: Call[] = [];
  #running = 0;
  #scheduled = false;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#inFlight = parts.inFlight ?? 1;
  }

  commit(entries: readonly CommitEntryInput[], signal?: AbortSignal): Promise<readonly CommitResult[]> {
    if (entries.length === 0) return Promise.resolve([]);
    if (entries.length > MAX_COMMIT_ENTRIES) return Promise.reject(new TidemarkError('body_too_large', { limit: MAX_COMMIT_ENTRIES }));
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const blocks = entries.reduce((sum, entry) => sum + (entry.op === 'put' ? entry.blocks.length : 0), 0);
      const call: Call = {
        entries,
        blocks,
        aborted: false,
        onAborted: undefined,
        resolve: (results) => {
          forget();
          resolve(results);
        },
        reject: (error) => {
          forget();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const forget = onAbort(signal, () => {
        call.aborted = true;
        call.reject(new TidemarkError('aborted'));
        call.onAborted?.();
      });
      this.#waiting.push(call);
      this.#schedule();
    });
  }

  replay(request: PendingCommit, signal?: AbortSignal): Promise<readonly CommitResult[]> {
    return this.#send(request, signal);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#running < this.#inFlight && this.#waiting.length > 0) {
      const calls = this.#take();
      if (calls.length === 0) continue;
      this.#running += 1;
      void this.#run(calls).finally(() => {
        this.#running -= 1;
        this.#start();
      });
    }
  }

  /** The next calls that fit into one request, in the order they came; those given up meanwhile are passed over. */
  #take(): Call[] {
    const calls: Call[] = [];
    let entries = 0;
    let blocks = 0;
    let taken = 0;
    for (const call of this.#waiting) {
      if (!call.aborted) {
        const full = entries + call.entries.length > MAX_COMMIT_ENTRIES || blocks + call.blocks > COMMIT_BLOCKS;
        if (full && calls.length > 0) break;
        calls.push(call);
        entries += call.entries.length;
        blocks += call.blocks;
      }
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    return calls;
  }

  async #run(calls: readonly Call[]): Promise<void> {
    try {
      const { journal, random } = this.#parts;
      const request: PendingCommit = { idempotencyKey: random.id(), entries: numberGroups(calls) };
      await this.#runJournalled(calls, request, journal.before(request));
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  async #runJournalled(calls: readonly Call[], request: PendingCommit, journalId: number): Promise<void> {
    const { journal } = this.#parts;
    const controller = new AbortController();
    const giveUp = (): void => {
      // What one caller gave up still goes with the others; when nobody is left the answer comes with a replay.
      if (calls.every((call) => call.aborted)) controller.abort();
    };
    for (const call of calls) call.onAborted = giveUp;
    let results: readonly CommitResult[];
    const sending = { begun: false };
    try {
      giveUp();
      results = await this.#send(request, controller.signal, () => {
        sending.begun = true;
      });
    } catch (error) {
      if (sending.begun) return this.#failed(calls, request, journalId, error);
      // The cloud has never seen it (it had asked to stay away, or the wait for a place was given up): by the time it is sent after
      // all it may not be wanted any more.
      journal.after(journalId, request, []);
      throw error;
    }
    journal.after(journalId, request, results);
    let from = 0;
    for (const call of calls) {
      call.resolve(results.slice(from, from + call.entries.length));
      from += call.entries.length;
    }
  }

  async #failed(calls: readonly Call[], request: PendingCommit, journalId: number, error: unknown): Promise<void> {
    const { journal, random } = this.#parts;
    const code = error instanceof TidemarkError ? error.code : undefined;
    if (code === undefined || !REFUSED.has(code)) {
      journal.unanswered?.(journalId);
      throw error;
    }
    if (!SPLIT.has(code) || calls.length === 1) {
      journal.after(journalId, request, []);
      throw error;
    }
    const middle = Math.ceil(calls.length / 2);
    const halves: { readonly part: readonly Call[]; readonly half: PendingCommit; readonly id: number }[] = [];
    try {
      for (const part of [calls.slice(0, middle), calls.slice(middle)]) {
        const half: PendingCommit = { idempotencyKey: random.id(), entries: numberGroups(part) };
        halves.push({ part, half, id: journal.before(half) });
      }
      // Both halves are in the journal before the whole is forgotten, so a crash in between loses neither.
      journal.after(journalId, request, []);
    } catch (cause) {
      // Nothing of it is sent any more; the whole is refused once more when it is asked about.
      journal.unanswered?.(journalId);
      for (const { half, id } of halves) journal.after(id, half, []);
      throw cause;
    }
    for (const { part, half, id } of halves) {
      try {
        await this.#runJournalled(part, half, id);
      } catch (cause) {
        for (const call of part) call.reject(cause);
      }
    }
  }

  #send(
    { entries, idempotencyKey }: PendingCommit,
    signal: AbortSignal | undefined,
    onSent: () => void = () => undefined,
  ): Promise<readonly CommitResult[]> {
    const { drive, throttle } = this.#parts;
    const ask = (): Promise<readonly CommitResult[]> => {
      onSent();
      return drive.commit(entries, idempotencyKey, signal);
    };
    return throttle.request('control', 0, ask, signal);
  }
}

/** Callers number their groups each for themselves; in one request the numbers must differ. */
function numberGroups(calls: readonly Call[]): readonly CommitEntryInput[] {
  let next = 0;
  return calls.flatMap((call) => {
    const numbers = new Map<number, number>();
    return call.entries.map((entry) => {
      if (entry.group === undefined) return entry;
      let group = numbers.get(entry.group);
      if (group === undefined) {
        group = next;
        next += 1;
        numbers.set(entry.group, group);
      }
      return { ...entry, group };
    });
  });
}
