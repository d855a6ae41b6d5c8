import Database from 'better-sqlite3';
import { TidemarkError } from '../../contract/index.ts';

/** What a column holds here. Integers stay below 2^53; greater ones are text. */
export type Cell = string | number | Buffer | null;
export type Row = readonly Cell[];

/** A prepared statement that answers rows as arrays in the order of the SELECT, and speaks only TidemarkError. */
export interface Query {
  get(...values: readonly Cell[]): Row | undefined;
  all(...values: readonly Cell[]): readonly Row[];
}

export interface Change {
  /** Number of changed rows and the id given by AUTOINCREMENT. Throws outside a transaction. */
  run(...values: readonly Cell[]): { readonly changes: number; readonly rowId: number };
}

/** The only place that touches better-sqlite3's statements: transactions, and errors turned into ours. */
export class Sql {
  readonly #db: Database.Database;
  readonly #begin: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  #depth = 0;
  #failure: { readonly thrown: unknown } | null = null;
  #unsynced = true;
  readonly #rolledBack: (() => void)[] = [];

  constructor(db: Database.Database) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  query(text: string): Query {
    const statement = this.#db.prepare<Cell[], Row>(text).raw(true);
    const path = this.#db.name;
    return {
      get(...values) {
        try {
          return statement.get(...values);
        } catch (thrown) {
          throw translate(thrown, path);
        }
      },
      all(...values) {
        try {
          return statement.all(...values);
        } catch (thrown) {
          throw translate(thrown, path);
        }
      },
    };
  }

  change(text: string): Change {
    const statement = this.#db.prepare<Cell[]>(text);
    return {
      run: (...values) => {
        if (this.#depth === 0) throw new Error('a write outside its transaction');
        const result = this.#guard(() => statement.run(...values));
        return { changes: result.changes, rowId: Number(result.lastInsertRowid) };
      },
    };
  }

  /**
   * All or nothing. An inner call joins the outer one; once any of them threw, the outermost rolls back, even if the
   * caller swallowed it in between: half of the inner work must not be kept.
   */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return this.#joined(work);
    this.#failure = null;
    try {
      this.#guard(() => this.#begin.run());
      const result = this.#joined(work);
      this.#rethrowSwallowed();
      this.#guard(() => this.#commit.run());
      this.#unsynced = true;
      return result;
    } catch (thrown) {
      this.#rollBack();
      for (const forget of this.#rolledBack) forget();
      throw thrown;
    } finally {
      this.#failure = null;
    }
  }

  /** For what is remembered beside the database: called after every rollback. */
  onRollback(forget: () => void): void {
    this.#rolledBack.push(forget);
  }

  /** SQLite itself does it on some errors (disk full, I/O). A transaction that stayed open would refuse every later one. */
  #rollBack(): void {
    if (this.#db.inTransaction) this.#guard(() => this.#db.exec('ROLLBACK'));
  }

  #rethrowSwallowed(): void {
    if (this.#failure !== null) throw this.#failure.thrown;
  }

  #joined<T>(work: () => T): T {
    this.#depth += 1;
    try {
      const result = work();
      if (result instanceof Promise) throw new TypeError('a transaction cannot wait: its work must be synchronous');
      return result;
    } catch (thrown) {
      this.#failure ??= { thrown };
      throw thrown;
    } finally {
      this.#depth -= 1;
    }
  }

  /** With `synchronous=NORMAL` a commit survives the process, and only after this a power cut. */
  sync(): void {
    if (this.#depth > 0) throw new Error('sync inside a transaction');
    if (!this.#unsynced) return;
    this.#guard(() => this.#db.pragma('wal_checkpoint(PASSIVE)'));
    this.#unsynced = false;
  }

  close(): void {
    if (!this.#db.open) return;
    // The last connection of a WAL database checkpoints and removes the log when it closes.
    this.#db.close();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw translate(thrown, this.#db.name);
    }
  }
}

/** True for what `translate` made of an error of SQLite's. */
export const isDatabaseFault = (error: unknown): boolean => error instanceof TidemarkError && error.cause instanceof Database.SqliteError;

/** SQLite's error as ours where it tells of the world; anything else is a bug and stays what it is. */
export function translate(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  const is = (...names: readonly string[]): boolean => names.some((name) => thrown.code === name || thrown.code.startsWith(`${name}_`));
  const cause = { cause: thrown };
  if (is('SQLITE_CORRUPT', 'SQLITE_NOTADB')) return new TidemarkError('database_broken', { path }, cause);
  if (is('SQLITE_BUSY', 'SQLITE_LOCKED')) return new TidemarkError('profile_in_use', { path }, cause);
  if (is('SQLITE_FULL')) return new TidemarkError('disk_full', { path }, cause);
  if (is('SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_AUTH'))
    return new TidemarkError('profile_not_writable', { path }, cause);
  if (is('SQLITE_IOERR')) return new TidemarkError('disk_failed', { path }, cause);
  return thrown;
}
