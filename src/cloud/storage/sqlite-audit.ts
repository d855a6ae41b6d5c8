import type { AuditCatalogue, AuditEntry, AuditRecord } from '../catalogue.ts';
import { dayMs, hourMs } from '../../base/index.ts';
import { rowsOf, type Sqlite, type Statement } from './database.ts';

/** As long as an account may lie unused. */
const KEPT_MS = 180 * dayMs;
/** Of one account, and apart: refusals are what a stranger can make, who then pushes out nothing but older refusals. */
const KEPT_ROWS = 5000;
const KEPT_REFUSALS = 500;
const REFUSALS = `('sign_in_refused', 'proof_refused')`;
/** Refusals within this time of the first are one line. */
const TOGETHER_MS = hourMs;

export class SqliteAudit implements AuditCatalogue {
  readonly #db: Sqlite;
  readonly #again: Statement;
  readonly #add: Statement;
  readonly #nobody: Statement;
  readonly #list: Statement;
  readonly #purge: Statement;
  readonly #trim: Statement;
  readonly #trimRefusals: Statement;

  constructor(db: Sqlite) {
    this.#db = db;
    this.#again = rowsOf(
      db,
      `UPDATE audit SET times = times + 1 WHERE no = (SELECT max(no) FROM audit WHERE account = ?)
         AND kind = ? AND detail IS ? AND came_from IS ? AND device IS ? AND at > ? AND at <= ?`,
    );
    this.#add = rowsOf(db, 'INSERT INTO audit (account, at, kind, device, detail, came_from) VALUES (?, ?, ?, ?, ?, ?)');
    this.#nobody = rowsOf(
      db,
      `INSERT INTO facts (key, value) VALUES ('refusals of nobody', '1')
       ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`,
    );
    this.#list = rowsOf(
      db,
      `SELECT no, at, kind, device, detail, came_from AS "from", times FROM audit WHERE account = ? AND no < ? ORDER BY no DESC LIMIT ?`,
    );
    this.#purge = rowsOf(db, 'DELETE FROM audit WHERE at < ?');
    const trim = (which: string, kept: number): Statement =>
      rowsOf(
        db,
        `DELETE FROM audit WHERE account = ? AND ${which}
           AND no <= (SELECT no FROM audit WHERE account = ? AND ${which} ORDER BY no DESC LIMIT 1 OFFSET ${String(kept)})`,
      );
    this.#trim = trim(`kind NOT IN ${REFUSALS}`, KEPT_ROWS);
    this.#trimRefusals = trim(`kind IN ${REFUSALS}`, KEPT_REFUSALS);
  }

  async add(accountNo: number, { at, kind, device, detail, from }: AuditEntry): Promise<void> {
    const isRefusal = kind === 'sign_in_refused' || kind === 'proof_refused';
    this.#db
      .transaction(() => {
        if (isRefusal && this.#again.run(accountNo, kind, detail, from, device, at - TOGETHER_MS, at).changes > 0) return;
        this.#add.run(accountNo, at, kind, device, detail, from);
        (isRefusal ? this.#trimRefusals : this.#trim).run(accountNo, accountNo);
      })
      .immediate();
  }

  async addOfNobody(): Promise<void> {
    this.#nobody.run();
  }

  async list(accountNo: number, before: number | null, limit: number): Promise<readonly AuditRecord[]> {
    return this.#list.all(accountNo, before ?? Number.MAX_SAFE_INTEGER, limit) as AuditRecord[];
  }

  async purge(at: number): Promise<void> {
    this.#purge.run(at - KEPT_MS);
  }
}
