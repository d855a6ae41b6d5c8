import { HISTORY_MS, IDEMPOTENCY_MS, TOMBSTONE_MS } from '../drive/times.ts';
import type { DriveTransaction } from '../drive/drive-transaction.ts';
import { dropAll } from '../drive/history.ts';
import { dropTrash } from '../drive/trash.ts';
import type { Sqlite } from './database.ts';

export interface Due {
  readonly account: number;
  /** Items of the trash. */
  readonly tops: readonly string[];
  readonly versions: readonly { readonly node: string; readonly version: string }[];
}

/** What has had its time goes. Never because the account is full, and never before. */
export class DrivePurge {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  /** By account, so that each is one transaction of its own. */
  *due(now: number): Iterable<Due> {
    const before = now - HISTORY_MS;
    const tops = this.#db.prepare('SELECT DISTINCT account, top FROM trash WHERE deleted_at < ?').all(before) as {
      account: number;
      top: string;
    }[];
    const versions = this.#db.prepare('SELECT account, node, version FROM versions WHERE replaced_at < ?').all(before) as {
      account: number;
      node: string;
      version: string;
    }[];
    for (const account of new Set([...tops, ...versions].map((row) => row.account))) {
      yield {
        account,
        tops: tops.filter((row) => row.account === account).map((row) => row.top),
        versions: versions.filter((row) => row.account === account),
      };
    }
  }

  drop(drive: DriveTransaction, due: Due): void {
    // Versions first: those of a trashed file would go with it, and be counted twice.
    for (const { node, version } of due.versions) {
      const record = drive.versions(node).filter((one) => one.versionId === version);
      dropAll(drive, node, record);
    }
    for (const top of due.tops) dropTrash(drive, top);
  }

  /**
   * All of a drive goes, and a new epoch begins; false when the account was active after `activeAt`. What the blocks were is
   * collected later. Results of commits go too: told again, they would speak of nodes that are not there.
   */
  reset(account: number, activeAt: number, epoch: string): boolean {
    const run = (sql: string, ...values: readonly unknown[]): number => this.#db.prepare(sql).run(...values).changes;
    return this.#db
      .transaction(() => {
        const begun = run(
          `UPDATE accounts SET epoch = ?, sequence = 0, horizon = 0, files_bytes = 0, versions_bytes = 0, trash_bytes = 0
           WHERE no = ? AND active_at <= ?`,
          ...[epoch, account, activeAt],
        );
        if (begun === 0) return false;
        for (const table of ['nodes', 'trash', 'versions', 'tombstones', 'stamps', 'content_digests', 'warnings']) {
          run(`DELETE FROM ${table} WHERE account = ?`, account);
        }
        run('UPDATE blocks SET refs = 0, lease_until = 0 WHERE account = ?', account);
        run('DELETE FROM idempotency WHERE device IN (SELECT no FROM devices WHERE account = ?)', account);
        return true;
      })
      .immediate();
  }

  /** What needs no drive: tombstones with the marks and cursors before them, and idempotency keys. */
  rest(now: number): void {
    const before = now - TOMBSTONE_MS;
    this.#db
      .transaction(() => {
        this.#db
          .prepare(
            `UPDATE accounts SET horizon = max(horizon, t.last)
             FROM (SELECT account, max(sequence) AS last FROM tombstones WHERE deleted_at < ? GROUP BY account) t WHERE t.account = accounts.no`,
          )
          .run(before);
        this.#db.prepare('DELETE FROM tombstones WHERE deleted_at < ?').run(before);
        this.#db
          .prepare(
            `DELETE FROM stamps WHERE first < (
               SELECT max(s.first) FROM stamps s JOIN accounts a ON a.no = s.account WHERE s.account = stamps.account AND s.first <= a.horizon)`,
          )
          .run();
        this.#db.prepare('DELETE FROM idempotency WHERE at < ?').run(now - IDEMPOTENCY_MS);
        // Cheap to make again, so not worth asking who still uses one.
        this.#db.prepare('DELETE FROM content_digests WHERE made_at < ?').run(before);
      })
      .immediate();
  }
}
