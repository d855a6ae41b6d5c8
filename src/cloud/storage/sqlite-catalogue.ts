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
import { SqliteAudit } from './sqlite-audit.ts';
import { SqliteAuthorizations } from './sqlite-authorizations.ts';
import { SqliteBlocks } from './sqlite-blocks.ts';
import { SqliteDrives } from './sqlite-drives.ts';
import { SqliteSettings } from './sqlite-settings.ts';

export interface SqliteCatalogueOptions {
  readonly dataDir: string;
  readonly serverKey: Buffer;
  /** The catalogue of plans from now on; the one that is there when not given. */
  readonly plans: readonly PlanRow[] | undefined;
  /** Of new accounts. */
  readonly plan: string;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface OpenCatalogue extends Catalogue {
  /** False after a crash: the block store may hold objects that no row names. */
  readonly endedCleanly: boolean;
  /** Whether another process (`cloud account`) has written since this was asked last. */
  readonly wasWrittenElsewhere: () => boolean;
}

export const catalogueFile = (dataDir: string): string => join(dataDir, 'catalogue.db');

/** Throws `server_key_invalid` when the data was made with another key, `plan_unknown`, and what `openDatabase` throws. */
export function openSqliteCatalogue(options: SqliteCatalogueOptions): OpenCatalogue {
  const path = catalogueFile(options.dataDir);
  // Many small rows in random order: with larger pages every commit would write many times what it changes.
  const db = openDatabase(path, { migrations: catalogueMigrations, pageBytes: 4 * KiB, check: true });
  try {
    checkKey(db, options.serverKey, options.dataDir);
    savePlans(db, options.plans, options.plan);
    // It changes with what other connections commit, and with nothing of this one's.
    const dataVersion = (): unknown => db.pragma('data_version', { simple: true });
    let version = dataVersion();
    const running = takeFact(db, 'running') !== undefined;
    setFact(db, 'running', 'yes');
    return {
      accounts: new SqliteAccounts(db),
      authorizations: new SqliteAuthorizations(db),
      drives: new SqliteDrives(db, options.now, options.newId),
      blocks: new SqliteBlocks(db, options.now),
      settings: new SqliteSettings(db, options.newId),
      audit: new SqliteAudit(db),
      endedCleanly: !running,
      wasWrittenElsewhere: () => {
        const before = version;
        version = dataVersion();
        return version !== before;
      },
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

/**
 * What the program brings along holds until the operator gives a catalogue. A plan that is in it no more stays for those who
 * have it. Throws `plan_unknown`, and leaves all as it was, when it does not offer the plan of new accounts.
 */
function savePlans(db: Sqlite, plans: readonly PlanRow[] | undefined, plan: string): void {
  const put = db.prepare(`
    INSERT INTO plans (
      id, storage_bytes, devices, devices_counted, price_per_year_usd, upload_bytes_per_second, download_bytes_per_second, built_in
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET storage_bytes = excluded.storage_bytes, devices = excluded.devices,
      devices_counted = excluded.devices_counted, price_per_year_usd = excluded.price_per_year_usd, upload_bytes_per_second = excluded.upload_bytes_per_second,
      download_bytes_per_second = excluded.download_bytes_per_second, built_in = excluded.built_in, retired = 0`);
  const requirePlan = (): void => {
    const offered = db.prepare('SELECT id FROM plans WHERE retired = 0 ORDER BY storage_bytes, devices, id').pluck().all() as string[];
    if (!offered.includes(plan)) throw new TidemarkError('plan_unknown', { plan, plans: offered.join(', ') });
  };
  db.transaction(() => {
    const own = db.prepare('SELECT count(*) FROM plans WHERE built_in = 0').pluck().get() as number;
    if (plans === undefined && own > 0) return requirePlan();
    db.prepare('UPDATE plans SET retired = 1').run();
    for (const row of plans ?? builtInPlans) {
      const { id, storageBytes, devices, devicesCounted = 'all', pricePerYearUsd } = row;
      const { uploadBytesPerSecond = null, downloadBytesPerSecond = null } = row;
      put.run(
        id,
        storageBytes,
        devices,
        devicesCounted,
        pricePerYearUsd,
        uploadBytesPerSecond,
        downloadBytesPerSecond,
        plans === undefined ? 1 : 0,
      );
    }
    requirePlan();
  }).immediate();
}

function setFact(db: Sqlite, key: string, value: string): void {
  db.prepare('INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)').run(key, value);
}

/** Reads and removes. */
function takeFact(db: Sqlite, key: string): string | undefined {
  return db.prepare('DELETE FROM facts WHERE key = ? RETURNING value').pluck().get(key) as string | undefined;
}
