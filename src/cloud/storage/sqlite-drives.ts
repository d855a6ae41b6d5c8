import type { CommitResult } from '../../contract/index.ts';
import type {
  Author,
  CommitJob,
  CommitOutcome,
  CursorGone,
  DeltaPage,
  DriveCatalogue,
  RestoreOutcome,
  TrashRecord,
  Usage,
  VersionRecord,
} from '../catalogue.ts';
import { commitEntries } from '../drive/commit.ts';
import type { DriveTransaction } from '../drive/drive-transaction.ts';
import { restoreVersion, versionsOf } from '../drive/history.ts';
import { dropTrash, restoreTrash } from '../drive/trash.ts';
import { checkCursor } from './check-cursor.ts';
import type { Sqlite } from './database.ts';
import { type DriveRow, type DriveStatements, prepareDrive } from './drive-statements.ts';
import { DrivePurge } from './drive-purge.ts';
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
    return this.#db.transaction(() => readDelta(this.#sql, accountNo, this.#row(accountNo), cursor, limit))();
  }

  async changedSince(accountNo: number, text: string): Promise<boolean | 'cursor_gone'> {
    const row = this.#row(accountNo);
    const cursor = checkCursor(this.#sql, accountNo, row, text);
    return cursor === undefined ? 'cursor_gone' : cursor.sequence < row.sequence;
  }

  async usage(accountNo: number): Promise<Usage> {
    const { plan, totalBytes, filesBytes, versionsBytes, trashBytes } = this.#row(accountNo);
    return { plan, totalBytes, filesBytes, versionsBytes, trashBytes };
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

  async deleteTrash(author: Author, id: string): Promise<boolean> {
    return this.#change(author, (drive) => dropTrash(drive, id));
  }

  async emptyTrash(author: Author): Promise<void> {
    this.#change(author, (drive) => {
      for (const { node } of drive.trashTops()) dropTrash(drive, node.id);
    });
  }

  async contentDigest(accountNo: number, hash: string): Promise<Buffer | undefined> {
    return this.#sql.digest.get(accountNo, hash) as Buffer | undefined;
  }

  async keepContentDigest(accountNo: number, hash: string, digest: Buffer): Promise<void> {
    this.#sql.saveDigest.run(accountNo, hash, digest, this.#now());
  }

  async purge(): Promise<void> {
    for (const due of this.#purge.due(this.#now())) {
      this.#change({ accountNo: due.account, deviceNo: null, deviceId: null, deviceName: null }, (drive) => this.#purge.drop(drive, due));
    }
    this.#purge.rest(this.#now());
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
