import type { CommitResult, DuplicateGroup, Freed, LargeFile, VersionedFile } from '../../contract/index.ts';
import type {
  Author,
  CleanupPage,
  CommitJob,
  CommitOutcome,
  CursorGone,
  DeltaPage,
  DriveCatalogue,
  Paged,
  RestoreOutcome,
  TrashRecord,
  Usage,
  VersionRecord,
} from '../catalogue.ts';
import { commitEntries } from '../drive/commit.ts';
import type { DriveTransaction } from '../drive/drive-transaction.ts';
import { dropVersions, restoreVersion, versionsOf } from '../drive/history.ts';
import { dropTrash, restoreTrash } from '../drive/trash.ts';
import { checkCursor, isForked } from './check-cursor.ts';
import type { Sqlite } from './database.ts';
import { type DriveRow, type DriveStatements, prepareDrive, usageOf } from './drive-statements.ts';
import { DrivePurge } from './drive-purge.ts';
import { readDuplicates, readLargest, readVersioned } from './read-cleanup.ts';
import { readDelta } from './read-delta.ts';
import { SqliteDriveTransaction } from './sqlite-drive-transaction.ts';

export class SqliteDrives implements DriveCatalogue {
  readonly #db: Sqlite;
  readonly #sql: DriveStatements;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #purge: DrivePurge;

  constructor(db: Sqlite, now: () => number, newId: () => string) {
    this.#db = db;
    this.#sql = prepareDrive(db);
    this.#now = now;
    this.#newId = newId;
    this.#purge = new DrivePurge(db);
  }

  async commit(author: Author, job: CommitJob): Promise<CommitOutcome> {
    return this.#change(author, (drive): CommitOutcome => {
      const saved = this.#sql.savedResults.get(author.deviceNo, job.idempotencyKey) as { bodyHash: string; results: string } | undefined;
      if (saved !== undefined) {
        if (saved.bodyHash !== job.bodyHash) return { outcome: 'key_reused' };
        return { outcome: 'done', results: JSON.parse(saved.results) as CommitResult[], changed: false };
      }
      const results = commitEntries(drive, job.entries);
      this.#sql.saveResults.run(author.deviceNo, job.idempotencyKey, job.bodyHash, JSON.stringify(results), this.#now());
      return { outcome: 'done', results, changed: results.some((result) => result.status === 'ok') };
    });
  }

  async delta(accountNo: number, cursor: string | null, limit: number): Promise<DeltaPage | CursorGone> {
    const page = this.#db.transaction(() => readDelta(this.#sql, accountNo, this.#row(accountNo), cursor, limit))();
    if (page === 'cursor_forked' && isForked(this.#sql, accountNo, this.#row(accountNo), cursor ?? '') === 'shown')
      this.#noteFork(accountNo);
    return page;
  }

  /** Who comes back when the mark of its cursor is no longer known still has to learn that what it misses nobody deleted. */
  #noteFork(accountNo: number): void {
    try {
      this.#sql.saveBranch.run(this.#newId(), accountNo);
    } catch {
      // Who asked is told in any case; the next one who shows it has it noted.
    }
  }

  async changedSince(accountNo: number, text: string): Promise<boolean | 'cursor_gone'> {
    const row = this.#row(accountNo);
    const cursor = checkCursor(this.#sql, accountNo, row, text);
    return cursor === undefined ? 'cursor_gone' : cursor.sequence < row.sequence;
  }

  async usage(accountNo: number): Promise<Usage> {
    return usageOf(this.#row(accountNo));
  }

  async versions(accountNo: number, id: string): Promise<readonly VersionRecord[] | undefined> {
    return this.#read(accountNo, (drive) => versionsOf(drive, id));
  }

  async restoreVersion(author: Author, id: string, versionId: string, base: string): Promise<RestoreOutcome> {
    return this.#change(author, (drive) => restoreVersion(drive, id, versionId, base));
  }

  async trash(accountNo: number): Promise<readonly TrashRecord[]> {
    return this.#read(accountNo, (drive) => drive.trashTops());
  }

  async restoreTrash(author: Author, id: string): Promise<RestoreOutcome> {
    return this.#change(author, (drive) => restoreTrash(drive, id));
  }

  async deleteTrash(author: Author, id: string): Promise<Freed | undefined> {
    const freedBytes = this.#change(author, (drive) => dropTrash(drive, id));
    return freedBytes === undefined ? undefined : { items: 1, freedBytes };
  }

  async emptyTrash(author: Author, until = Number.POSITIVE_INFINITY): Promise<Freed> {
    return this.#change(author, (drive) => {
      const tops = drive.trashTops().filter(({ deletedAt }) => deletedAt <= until);
      return { items: tops.length, freedBytes: tops.reduce((sum, { node }) => sum + (dropTrash(drive, node.id) ?? 0), 0) };
    });
  }

  async largest(accountNo: number, page: CleanupPage): Promise<Paged<LargeFile>> {
    return this.#read(accountNo, (drive) => readLargest(this.#sql, drive, accountNo, page));
  }

  async versioned(accountNo: number, page: CleanupPage): Promise<Paged<VersionedFile>> {
    return this.#read(accountNo, (drive) => readVersioned(this.#sql, drive, accountNo, page));
  }

  async duplicates(accountNo: number, page: CleanupPage): Promise<Paged<DuplicateGroup>> {
    return this.#read(accountNo, (drive) => readDuplicates(this.#sql, drive, accountNo, page));
  }

  async dropVersions(author: Author, id: string, versionId: string | undefined): Promise<Freed | 'current' | undefined> {
    return this.#change(author, (drive) => dropVersions(drive, id, versionId));
  }

  async reset(accountNo: number, activeAt: number, epoch: string): Promise<boolean> {
    return this.#purge.reset(accountNo, activeAt, epoch);
  }

  async contentDigest(accountNo: number, hash: string): Promise<Buffer | undefined> {
    return this.#sql.digest.get(accountNo, hash) as Buffer | undefined;
  }

  async keepContentDigest(accountNo: number, hash: string, digest: Buffer): Promise<void> {
    this.#sql.saveDigest.run(accountNo, hash, digest, this.#now());
  }

  async purge(): Promise<readonly number[]> {
    const accounts: number[] = [];
    for (const due of this.#purge.due(this.#now())) {
      accounts.push(due.account);
      this.#change({ accountNo: due.account, deviceNo: null, deviceId: null, deviceName: null }, (drive) => this.#purge.drop(drive, due));
    }
    this.#purge.rest(this.#now());
    return accounts;
  }

  #change<T>(author: Author, work: (drive: DriveTransaction) => T): T {
    return this.#db
      .transaction(() => {
        const drive = this.#begin(author);
        const value = work(drive);
        drive.finish();
        return value;
      })
      .immediate();
  }

  #read<T>(accountNo: number, work: (drive: DriveTransaction) => T): T {
    return this.#db.transaction(() => work(this.#begin({ accountNo, deviceNo: null, deviceId: null, deviceName: null })))();
  }

  #begin(author: Author): SqliteDriveTransaction {
    return new SqliteDriveTransaction(this.#db, this.#sql, author, this.#row(author.accountNo), this.#now(), this.#newId);
  }

  #row(accountNo: number): DriveRow {
    const row = this.#sql.account.get(accountNo) as DriveRow | undefined;
    if (row === undefined) throw new Error(`account ${accountNo} is gone`);
    return row;
  }
}
