import type { AccountSettings, SettingValues } from '../../contract/index.ts';
import type { SettingsCatalogue } from '../catalogue.ts';
import { rowsOf, type Sqlite, type Statement } from './database.ts';

interface Row {
  readonly version: string;
  readonly document: string;
}

export class SqliteSettings implements SettingsCatalogue {
  readonly #db: Sqlite;
  readonly #newId: () => string;
  readonly #select: Statement;
  readonly #save: Statement;

  constructor(db: Sqlite, newId: () => string) {
    this.#db = db;
    this.#newId = newId;
    this.#select = rowsOf(db, 'SELECT version, document FROM account_settings WHERE account = ?');
    this.#save = rowsOf(
      db,
      `INSERT INTO account_settings (account, version, document) VALUES (?, ?, ?)
       ON CONFLICT (account) DO UPDATE SET version = excluded.version, document = excluded.document`,
    );
  }

  async read(accountNo: number): Promise<AccountSettings> {
    return this.#read(accountNo);
  }

  async change(
    accountNo: number,
    values: SettingValues,
    most: { readonly count: number; readonly bytes: number },
  ): Promise<AccountSettings | null> {
    return this.#db
      .transaction(() => {
        const before = this.#read(accountNo);
        const changed = Object.entries(values).filter(([key, value]) => before.values[key] !== value);
        // A device that repeats itself wakes no other.
        if (changed.length === 0) return before;
        const after = { version: this.#newId(), values: { ...before.values, ...Object.fromEntries(changed) } };
        const document = JSON.stringify(after.values);
        if (Object.keys(after.values).length > most.count || Buffer.byteLength(document) > most.bytes) return null;
        this.#save.run(accountNo, after.version, document);
        return after;
      })
      .immediate();
  }

  #read(accountNo: number): AccountSettings {
    const row = this.#select.get(accountNo) as Row | undefined;
    return row === undefined ? { version: null, values: {} } : { version: row.version, values: JSON.parse(row.document) as SettingValues };
  }
}
