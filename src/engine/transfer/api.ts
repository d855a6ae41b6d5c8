import type { CommitEntryInput, CommitResult } from '../../contract/index.ts';
import type { Content, FileStat } from '../model/index.ts';

/** Called with bytes moved since the last call, for progress. */
export type OnBytes = (bytes: number) => void;

/**
 * Calls are one an item; the transfers underneath are batched: thousands may be outstanding, while memory in flight,
 * requests in flight and the bandwidth are bounded. Failures are TidemarkError or DiskFault, for that item alone.
 */
export interface Uploader {
  /** Resolves when the cloud holds every block of the file. Throws DiskFault `changed` when the file no longer is what was cut. */
  send(file: UploadFile, onBytes?: OnBytes, signal?: AbortSignal): Promise<void>;
}

export interface UploadFile {
  /** Absolute. */
  readonly path: string;
  readonly stat: FileStat;
  readonly content: Content;
}

export interface Downloader {
  /** Writes the verified content to `temp` (absolute, must not exist), fsynced. Small files of many calls are written together. */
  fetch(file: DownloadFile, onBytes?: OnBytes, signal?: AbortSignal): Promise<FileStat>;
}

export interface DownloadFile {
  readonly temp: string;
  readonly content: Content;
  readonly mtimeMs: number;
  readonly mode: number;
  /** A file on disk that may hold some of the blocks already (the version to be replaced). */
  readonly reuse: UploadFile | null;
}

export interface Committer {
  /**
   * One entry, or several that share a group. Batched with others, at most MAX_COMMIT_ENTRIES a request. The request is
   * journalled (`journal.before`) before it is first sent; `journal.after` runs when its results were handed out.
   * A network fault rejects after the retries of the throttle; the journal entry then stays (`journal.unanswered`).
   */
  commit(entries: readonly CommitEntryInput[], signal?: AbortSignal): Promise<readonly CommitResult[]>;
  /** Sends a journalled request that was never answered again, with its key. */
  replay(request: PendingCommit, signal?: AbortSignal): Promise<readonly CommitResult[]>;
}

export interface PendingCommit {
  readonly idempotencyKey: string;
  readonly entries: readonly CommitEntryInput[];
}

export interface CommitJournal {
  /** Stores the request durably; the number names it. */
  before(request: PendingCommit): number;
  /** Takes over all results of the request in one transaction with forgetting it. */
  after(journalId: number, request: PendingCommit, results: readonly CommitResult[]): void;
  /** The request was given up without an answer: it may or may not have gone through, and has to be replayed. */
  unanswered?(journalId: number): void;
}
