import { createHmac, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { TidemarkError } from '../../contract/index.ts';
import { KiB } from '../../base/index.ts';
import { builtInPlans } from '../accounts/plans.ts';
import type { Catalogue } from '../catalogue.ts';
import type { PlanRow } from '../options.ts';
import { openDatabase, type Sqlite } from './database.ts';
import { catalogueMigrations } from './migrations.ts';
import { subkey } from './server-key.ts';
import { SqliteAccounts } from './sqlite-accounts.ts';
import { SqliteBlocks } from './sqlite-blocks.ts';
import { SqliteDrives } from './sqlite-drives.ts';

export interface SqliteCatalogueOptions {
  readonly dataDir: string;
  readonly serverKey: Buffer;
  readonly plans: readonly PlanRow[];
  readonly now: () => number;
  readonly newId: () => string;
}

export interface OpenCatalogue extends Catalogue {
  /** False after a crash: the block store may hold objects that no row names. */
  readonly endedCleanly: boolean;
}

export const catalogueFile = (dataDir: string): string => join(dataDir, 'catalogue.db');

/** Throws `server_key_invalid` when the data was made with another key, and what `openDatabase` throws. */
export function openSqliteCatalogue(options: SqliteCatalogueOptions): OpenCatalogue {
  const path = catalogueFile(options.dataDir);
  // Many small rows in random order: with larger pages every commit would write many times what it changes.
  const db = openDatabase(path, { migrations: catalogueMigrations, pageBytes: 4 * KiB, check: true });
  try {
    checkKey(db, options.serverKey, options.dataDir);
    savePlans(db, options.plans);
    const running = takeFact(db, 'running') !== undefined;
    setFact(db, 'running', 'yes');
    return {
      accounts: new SqliteAccounts(db),
      drives: new SqliteDrives(db, options.now, options.newId),
      blocks: new SqliteBlocks(db, options.now),
      endedCleanly: !running,
      close: async () => {
        takeFact(db, 'running');
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkKey(db: Sqlite, serverKey: Buffer, dataDir: string): void {
  const mark = createHmac('sha256', subkey(serverKey, 'check')).update('tidemark').digest('hex');
  const known = db.prepare(`SELECT value FROM facts WHERE key = 'key_check'`).pluck().get() as string | undefined;
  if (known === undefined) setFact(db, 'key_check', mark);
  else if (!timingSafeEqual(Buffer.from(known), Buffer.from(mark))) throw new TidemarkError('server_key_invalid', { path: dataDir });
}

function savePlans(db: Sqlite, plans: readonly PlanRow[]): void {
  const insert = (policy: string) =>
    db.prepare(`INSERT OR ${policy} INTO plans (id, storage_bytes, devices, price_per_year_usd, devices_counted) VALUES (?, ?, ?, ?, ?)`);
  const values = (row: PlanRow): readonly unknown[] => [
    row.id,
    row.storageBytes,
    row.devices,
    row.pricePerYearUsd,
    row.devicesCounted ?? 'all',
  ];
  db.transaction(() => {
    for (const row of builtInPlans) insert('IGNORE').run(...values(row));
    for (const row of plans) {
      const { changes } = db
        .prepare(
          `UPDATE plans SET storage_bytes = ?, devices = ?, price_per_year_usd = ?, devices_counted = coalesce(?, devices_counted) WHERE id = ?`,
        )
        .run(row.storageBytes, row.devices, row.pricePerYearUsd, row.devicesCounted ?? null, row.id);
      if (changes === 0) insert('IGNORE').run(...values(row));
    }
  }).immediate();
}

function setFact(db: Sqlite, key: string, value: string): void {
  db.prepare('INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)').run(key, value);
}

/** Reads and removes. */
function takeFact(db: Sqlite, key: string): string | undefined {
  return db.prepare('DELETE FROM facts WHERE key = ? RETURNING value').pluck().get(key) as string | undefined;
}
