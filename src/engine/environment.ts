import type { Content, FileStat } from './model/index.ts';

/** All effects of the engine come in through this one value, so that a whole engine runs against fakes under a seed. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly watch: WatchFolder;
  readonly secrets: SecretStore;
  readonly log: Log;
  /** Makes the client of one cloud; the fake hands out an in-memory cloud. */
  readonly connect: (server: string) => import('./remote/api.ts').CloudApi;
  readonly loopback: Loopback;
  readonly platform: PlatformFacts;
  /** Calls back when this machine is in another network than before, or in one again. */
  readonly onNetworkChange: (listener: () => void) => () => void;
}

/** What a browser of this machine is shown. */
export interface LoopbackPage {
  readonly status: number;
  readonly html: string;
}

/**
 * Waits for a browser of this machine at one path of a free port that nobody else of the network reaches (RFC 8252, 7.3). Whoever
 * comes to another path or by another name is not answered by `visit`.
 */
export type Loopback = (
  path: string,
  visit: (query: URLSearchParams, languages: readonly string[]) => LoopbackPage,
) => Promise<{ readonly address: string; close(): void }>;

export interface PlatformFacts {
  readonly platform: 'windows' | 'macos' | 'linux';
  readonly hostName: string;
  readonly appVersion: string;
  /** False where `a` and `A` cannot be two files of one folder. */
  readonly caseSensitive: boolean;
}

export interface Clock {
  /** Wall clock, ms since 1970. For people and for expiry, never for deciding what is newer. */
  now(): number;
  /** Monotonic ms, for measuring. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with TidemarkError('aborted') when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`; the returned function cancels. */
  timer(ms: number, callback: () => void): () => void;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** 128 random bits as 32 hex digits. */
  id(): string;
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Named secrets of one profile (the refresh token). */
export interface SecretStore {
  readonly kind: 'keyring' | 'file';
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface DirectoryEntry {
  /** Null when the bytes on disk are not UTF-8; then `printable` shows them escaped. */
  readonly name: string | null;
  readonly printable: string;
  /** Null when the entry could not be looked at; `fault` says why. */
  readonly stat: FileStat | null;
  readonly fault: DiskFaultCode | null;
}

export type DiskFaultCode =
  | 'missing' // ENOENT
  | 'exists' // EEXIST, ENOTEMPTY
  | 'denied' // EACCES, EPERM
  | 'read_only' // EROFS
  | 'not_a_folder' // ENOTDIR
  | 'is_a_folder' // EISDIR
  | 'full' // ENOSPC, EDQUOT
  | 'too_large' // EFBIG: more than this file system can hold in one file
  | 'busy' // EBUSY, ETXTBSY, sharing violations
  | 'too_many_files' // EMFILE, ENFILE
  | 'name_too_long' // ENAMETOOLONG
  | 'other_device' // EXDEV
  | 'loop' // ELOOP, or a symlink where a plain folder is meant
  | 'changed' // not what the caller expected to find; nothing was done
  | 'failed'; // EIO and the rest

/** Thrown by every Disk method. `path` is absolute. */
export class DiskFault extends Error {
  readonly code: DiskFaultCode;
  readonly path: string;
  constructor(code: DiskFaultCode, path: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${path}`, options);
    this.name = 'DiskFault';
    this.code = code;
    this.path = path;
  }
}

/**
 * The file system under one root. Paths are absolute and built by the engine from the root and plain names; no method
 * ever follows a symbolic link in the last segment, and none replaces an existing file.
 */
export interface Disk {
  /** Entries of a folder with their stats, in no order. Throws DiskFault; a partial list is never returned. */
  list(folder: string): Promise<readonly DirectoryEntry[]>;
  /** lstat; undefined when there is nothing (ENOENT, ENOTDIR). */
  stat(path: string): Promise<FileStat | undefined>;
  /** Permission to create entries in the folder, tried by doing. */
  canWrite(folder: string): Promise<boolean>;
  /**
   * Reads a whole file and cuts it (FastCDC). Throws `changed` when the file did not stay as `expected` (fingerprint)
   * from before the first to after the last byte. `fresh` is the stat after reading. What was written a moment ago is made
   * durable: whoever is told of it must not see a power cut take it back.
   */
  cut(path: string, expected: FileStat, signal?: AbortSignal): Promise<{ readonly content: Content; readonly stat: FileStat }>;
  /** `cut` for many small files in one go (at most SMALL_FILE_BYTES each); a failed one is a DiskFault in its place. */
  cutMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): Promise<readonly (Content | DiskFault)[]>;
  /** Exactly `length` bytes from `offset`; throws `changed` when they are not there or the fingerprint differs. */
  read(path: string, offset: number, length: number, expected: FileStat): Promise<Uint8Array>;
  /** Many whole small files in one go, for batches; a failed one is a DiskFault in its place. */
  readMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): Promise<readonly (Uint8Array | DiskFault)[]>;
  /**
   * Writes many small temporary files and fsyncs them; answers stats in order, a failed one is a DiskFault in its place.
   * Paths must not exist. `mtimeMs` and `mode` are set before the fsync.
   */
  writeMany(files: readonly NewFile[]): Promise<readonly (FileStat | DiskFault)[]>;
  /** Opens a new temporary file for a large download. */
  create(path: string): Promise<FileWriter>;
  /** link + unlink (or the platform's equal): throws `exists` and changes nothing when `to` is taken. Files only. */
  moveFile(from: string, to: string): Promise<void>;
  /** Many `moveFile` in one go (placing a batch of downloads); per entry null or its fault. */
  moveFiles(moves: readonly { readonly from: string; readonly to: string }[]): Promise<readonly (null | DiskFault)[]>;
  /** rename(2) of a folder; throws `exists` when `to` exists at all. */
  moveFolder(from: string, to: string): Promise<void>;
  /** Throws `exists`. The parent must exist. */
  makeFolder(path: string): Promise<void>;
  /** Only an empty folder; throws `exists` when it has entries. */
  removeFolder(path: string): Promise<void>;
  /** Only what Tidemark made itself (temporary files, expired trash). Missing is fine. */
  removeFile(path: string): Promise<void>;
  /** Recursive remove inside Tidemark's own folder (expired trash). Missing is fine; links are unlinked, not followed. */
  removeTree(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** Makes renames and creations in these folders durable. */
  syncFolders(paths: readonly string[]): Promise<void>;
  readText(path: string): Promise<string | undefined>;
  /** Durable small file of Tidemark's own, replaced atomically. */
  writeText(path: string, text: string): Promise<void>;
  /** Bytes free for this user on the volume of `path`. */
  freeBytes(path: string): Promise<number>;
  /** Absolute path without links; undefined when missing. */
  realPath(path: string): Promise<string | undefined>;
}

/** What counts as small for the calls that take many files: read at once, in one piece. */
export const SMALL_FILE_BYTES = 2 * 1024 * 1024;

export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mtimeMs: number;
  readonly mode: number;
}

export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Sets time and mode, fsyncs, closes. */
  finish(mtimeMs: number, mode: number): Promise<FileStat>;
  /** Closes and removes the file. */
  abandon(): Promise<void>;
}

export interface WatchListener {
  /** Something in this folder may have changed: a relative path, '' for the root. Only a hint. */
  readonly dirty: (folder: string) => void;
  /** Hints are being lost; with `over` no more are, and everything has to be looked at. */
  readonly overflow: (over: boolean) => void;
  /** Watching does not work (limit reached, root gone); hints stop until the next start. */
  readonly failed: (cause: unknown) => void;
}

export type WatchFolder = (root: string, listener: WatchListener) => Promise<{ close(): Promise<void> }>;
