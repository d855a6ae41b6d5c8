import { closeSync, existsSync, openSync, readFileSync, readSync, truncateSync } from 'node:fs';

/** Which log of a database, and how much of it, is on the disk for good. */
export interface Durable {
  readonly log: string;
  readonly bytes: number;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The write-ahead log beside a database file (sqlite.org/fileformat2.html, 4): what a power cut can take of it. */
export class DatabaseLog {
  readonly #path: string;

  constructor(database: string) {
    this.#path = database;
  }

  /**
   * All that was committed, as if it had been synced just now.
   * @param since what was there before: only what follows is looked at, since logs are long and this is asked often
   */
  whole(since?: Durable): Durable {
    const path = `${this.#path}-wal`;
    if (!existsSync(path)) return { log: '', bytes: 0 };
    const file = openSync(path, 'r');
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return { log: '', bytes: 0 };
      const log = nameOf(header);
      const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
      let bytes = since?.log === log ? since.bytes : 0;
      const frame = Buffer.alloc(FRAME_HEADER_BYTES);
      for (
        let at = Math.max(bytes, HEADER_BYTES);
        readSync(file, frame, 0, FRAME_HEADER_BYTES, at) === FRAME_HEADER_BYTES;
        at += frameBytes
      ) {
        if (!belongs(frame, 0, log)) break;
        if (endsCommit(frame, 0)) bytes = at + frameBytes;
      }
      return { log, bytes };
    } finally {
      closeSync(file);
    }
  }

  /** Ends of commits that a power cut may leave as the last one, oldest first; empty when nothing can be lost. */
  choices(durable: Durable): readonly number[] {
    const log = this.#read();
    const commits = commitsIn(log);
    // A checkpoint syncs the log before it writes the database, and the next log begins after that was synced.
    const checkpointed = this.#checkpointed(log, commits);
    if (commits.length === 0 || checkpointed === commits.at(-1)) return [];
    const floor = Math.max(checkpointed, nameOf(log) === durable.log ? durable.bytes : 0);
    return [floor, ...commits.filter((end) => end > floor)];
  }

  /** What is left when the commits after this end are lost. */
  cut(end: number): Durable {
    const log = this.#read();
    truncateSync(`${this.#path}-wal`, end);
    return { log: nameOf(log), bytes: end };
  }

  #read(): Buffer {
    const path = `${this.#path}-wal`;
    return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  }

  /**
   * The end of the last commit whose pages are all in the database as the log has them: without that part of the log the
   * database would be half of one moment and half of another. 0 when there was no checkpoint of this log.
   */
  #checkpointed(log: Buffer, commits: readonly number[]): number {
    const database = readFileSync(this.#path);
    const differing = new Set<number>();
    let at = HEADER_BYTES;
    let last = 0;
    for (const end of commits) {
      const pageBytes = log.readUInt32BE(8);
      for (; at < end; at += FRAME_HEADER_BYTES + pageBytes) {
        const page = log.readUInt32BE(at);
        const there = database.subarray((page - 1) * pageBytes, page * pageBytes);
        if (there.equals(log.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + pageBytes))) differing.delete(page);
        else differing.add(page);
      }
      if (differing.size === 0) last = end;
    }
    return last;
  }
}

/** The salts of a log, new with each time that it begins anew. */
const nameOf = (log: Buffer): string => (log.length < HEADER_BYTES ? '' : log.toString('hex', 16, 24));

/** Where the last frame of each commit ends. */
function commitsIn(log: Buffer): readonly number[] {
  if (log.length < HEADER_BYTES) return [];
  const commits: number[] = [];
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const name = nameOf(log);
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (!belongs(log, at, name)) break;
    if (endsCommit(log, at)) commits.push(at + frameBytes);
  }
  return commits;
}

/** A frame of an earlier log may follow: the file is written over, not cut off. */
const belongs = (frame: Buffer, at: number, log: string): boolean => frame.toString('hex', at + 8, at + 16) === log;

const endsCommit = (frame: Buffer, at: number): boolean => frame.readUInt32BE(at + 4) !== 0;
