import type { BlockCatalogue, BlockRow } from '../catalogue.ts';
import { CONDEMNED_MS, LEASE_MS, LEASE_RENEW_MS } from '../drive/times.ts';
import type { Sqlite } from './database.ts';

interface PresentRow {
  readonly size: number;
  readonly object: string;
  readonly lease_until: number;
  readonly condemned_at: number | null;
}

function prepare(db: Sqlite) {
  return {
    find: db.prepare('SELECT size, object, lease_until, condemned_at FROM blocks WHERE account = ? AND hash = ?'),
    insert: db.prepare('INSERT INTO blocks (account, hash, size, lease_until, object) VALUES (?, ?, ?, ?, ?)'),
    lease: db.prepare('UPDATE blocks SET lease_until = ? WHERE account = ? AND hash = ?'),
    revive: db.prepare('UPDATE blocks SET lease_until = ?, object = ?, condemned_at = NULL WHERE account = ? AND hash = ?'),
    throwAway: db.prepare('INSERT OR IGNORE INTO garbage (object, since) VALUES (?, ?)'),
    uncommitted: db.prepare('SELECT coalesce(sum(size), 0) FROM blocks WHERE account = ? AND refs = 0 AND lease_until > ?').pluck(),
    condemn: db.prepare('UPDATE blocks SET condemned_at = ? WHERE refs = 0 AND lease_until < ? AND condemned_at IS NULL'),
    spoil: db.prepare('UPDATE blocks SET condemned_at = ? WHERE account = ? AND hash = ?'),
    garbageOfCondemned: db.prepare(
      'INSERT OR IGNORE INTO garbage (object, since) SELECT object, ? FROM blocks WHERE condemned_at < ? AND refs = 0',
    ),
    dropCondemned: db.prepare('DELETE FROM blocks WHERE condemned_at < ? AND refs = 0'),
    garbage: db.prepare('SELECT object FROM garbage LIMIT ?').pluck(),
    forgetGarbage: db.prepare('DELETE FROM garbage WHERE object = ?'),
  };
}

/** Which blocks each account has, and which object of the store holds each. */
export class SqliteBlocks implements BlockCatalogue {
  readonly #db: Sqlite;
  readonly #now: () => number;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Sqlite, now: () => number) {
    this.#db = db;
    this.#now = now;
    this.#sql = prepare(db);
  }

  async missing(accountNo: number, hashes: readonly string[]): Promise<readonly string[]> {
    const until = this.#now() + LEASE_MS;
    const missing = new Set<string>();
    const leases: string[] = [];
    for (const hash of hashes) {
      const row = this.#find(accountNo, hash);
      if (row === undefined) missing.add(hash);
      else if (row.lease_until < until - LEASE_RENEW_MS) leases.push(hash);
    }
    if (leases.length > 0) {
      this.#db
        .transaction(() => {
          for (const hash of leases) this.#sql.lease.run(until, accountNo, hash);
        })
        .immediate();
    }
    return [...missing];
  }

  async record(accountNo: number, blocks: readonly BlockRow[]): Promise<void> {
    const now = this.#now();
    const until = now + LEASE_MS;
    this.#db
      .transaction(() => {
        for (const { hash, size, object } of blocks) {
          const row = this.#sql.find.get(accountNo, hash) as PresentRow | undefined;
          if (row === undefined) {
            this.#sql.insert.run(accountNo, hash, size, until, object);
          } else if (row.condemned_at === null) {
            // Another request was faster with the same block.
            this.#sql.lease.run(until, accountNo, hash);
            if (object !== row.object) this.#sql.throwAway.run(object, now);
          } else {
            this.#sql.throwAway.run(row.object, now);
            this.#sql.revive.run(until, object, accountNo, hash);
          }
        }
      })
      .immediate();
  }

  async locate(accountNo: number, hashes: readonly string[]): Promise<readonly (BlockRow | undefined)[]> {
    return hashes.map((hash) => {
      const row = this.#find(accountNo, hash);
      return row === undefined ? undefined : { hash, size: row.size, object: row.object };
    });
  }

  async spoiled(accountNo: number, hash: string): Promise<void> {
    this.#sql.spoil.run(this.#now(), accountNo, hash);
  }

  async uncommittedBytes(accountNo: number): Promise<number> {
    return this.#sql.uncommitted.get(accountNo, this.#now()) as number;
  }

  async collect(): Promise<void> {
    const now = this.#now();
    this.#db
      .transaction(() => {
        this.#sql.garbageOfCondemned.run(now, now - CONDEMNED_MS);
        this.#sql.dropCondemned.run(now - CONDEMNED_MS);
        this.#sql.condemn.run(now, now);
      })
      .immediate();
  }

  async garbage(limit: number): Promise<readonly string[]> {
    return this.#sql.garbage.all(limit) as string[];
  }

  async garbageRemoved(objects: readonly string[]): Promise<void> {
    this.#db
      .transaction(() => {
        for (const object of objects) this.#sql.forgetGarbage.run(object);
      })
      .immediate();
  }

  async *unknown(slices: AsyncIterable<readonly string[]>): AsyncIterable<readonly string[]> {
    // Asked only after a crash, so blocks keep no index by object: one is made here, once for all slices.
    this.#db.exec(`
      CREATE TEMP TABLE known (object TEXT PRIMARY KEY) WITHOUT ROWID;
      INSERT OR IGNORE INTO known SELECT object FROM blocks UNION ALL SELECT object FROM garbage;
    `);
    try {
      const find = this.#db
        .prepare('SELECT j.value FROM json_each(?) j LEFT JOIN known ON known.object = j.value WHERE known.object IS NULL')
        .pluck();
      for await (const objects of slices) yield find.all(JSON.stringify(objects)) as string[];
    } finally {
      this.#db.exec('DROP TABLE known');
    }
  }

  #find(accountNo: number, hash: string): PresentRow | undefined {
    const row = this.#sql.find.get(accountNo, hash) as PresentRow | undefined;
    return row === undefined || row.condemned_at !== null ? undefined : row;
  }
}
