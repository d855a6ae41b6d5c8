import Database from 'better-sqlite3';

export interface StatementFault {
  readonly code: 'SQLITE_FULL' | 'SQLITE_IOERR_WRITE' | 'SQLITE_IOERR_FSYNC' | 'SQLITE_BUSY';
  /**
   * `refused`: nothing was done. `rolled_back`: SQLite gave the whole transaction up, as it does when the disk is full.
   * `done`: it was done and said to have failed, as a disk does that loses the answer.
   */
  readonly what: 'refused' | 'rolled_back' | 'done';
}

type Work = (...values: unknown[]) => unknown;

/** Counts the statements that a database is asked to run, and lets chosen ones fail as SQLite would. */
export class FaultyDatabase {
  statements = 0;
  /** Of the statement with this number, from 1: how it fails. */
  fault: (statement: number, text: string) => StatementFault | undefined = () => undefined;

  readonly wrap = (db: Database.Database): Database.Database =>
    new Proxy(db, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const work = (value as Work).bind(target);
        if (key === 'prepare') return (text: string) => this.#statement(target, target.prepare(text), text);
        if (key === 'exec') return (text: string) => (text === 'ROLLBACK' ? work(text) : this.#run(target, text, () => work(text)));
        return work;
      },
    });

  #statement(db: Database.Database, statement: Database.Statement, text: string): Database.Statement {
    return new Proxy(statement, {
      get: (target, key, proxy: unknown) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const work = (value as Work).bind(target);
        if (key === 'get' || key === 'all' || key === 'run') return (...values: unknown[]) => this.#run(db, text, () => work(...values));
        return (...values: unknown[]) => {
          const answer = work(...values);
          return answer === target ? proxy : answer;
        };
      },
    });
  }

  #run(db: Database.Database, text: string, work: () => unknown): unknown {
    this.statements += 1;
    const fault = this.fault(this.statements, text);
    if (fault === undefined) return work();
    if (fault.what === 'done') work();
    if (fault.what === 'rolled_back' && db.inTransaction) db.exec('ROLLBACK');
    throw new Database.SqliteError(`injected at statement ${this.statements}: ${text}`, fault.code);
  }
}
