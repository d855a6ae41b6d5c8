import type { DeviceInfo, PlanId } from '../../contract/index.ts';
import type { AccountRecord, DeviceRecord, EndedBy } from '../catalogue.ts';
import { rowsOf, type Sqlite, type Statement } from './database.ts';

const ACCOUNT =
  'a.no AS accountNo, a.id AS accountId, a.email, a.password_hash AS passwordHash, a.plan, a.created_at AS accountCreatedAt, ' +
  'a.active_at AS activeAt, a.wrapped_key AS wrappedKey';
const DEVICE =
  'd.no AS deviceNo, d.id AS deviceId, d.name, d.platform, d.app_version AS appVersion, d.created_at AS deviceCreatedAt, ' +
  'd.seen_at AS seenAt, d.ended_by AS endedBy';

export interface AccountRow {
  readonly accountNo: number;
  readonly accountId: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly plan: PlanId;
  readonly accountCreatedAt: number;
  readonly activeAt: number;
  readonly wrappedKey: Buffer;
}

export interface DeviceRow {
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly name: string;
  readonly platform: DeviceInfo['platform'];
  readonly appVersion: string;
  readonly deviceCreatedAt: number;
  readonly seenAt: number;
  readonly endedBy: EndedBy | null;
}

export type HolderRow = AccountRow & DeviceRow;

export const accountColumns = (row: AccountRow): AccountRecord => ({
  no: row.accountNo,
  id: row.accountId,
  email: row.email,
  passwordHash: row.passwordHash,
  plan: row.plan,
  createdAt: row.accountCreatedAt,
  activeAt: row.activeAt,
  wrappedKey: row.wrappedKey,
});

export const deviceColumns = (row: DeviceRow): DeviceRecord => ({
  no: row.deviceNo,
  id: row.deviceId,
  name: row.name,
  platform: row.platform,
  appVersion: row.appVersion,
  createdAt: row.deviceCreatedAt,
  seenAt: row.seenAt,
  endedBy: row.endedBy,
});

export const accountOf = (row: unknown): AccountRecord | undefined => (row === undefined ? undefined : accountColumns(row as AccountRow));
export const deviceOf = (row: unknown): DeviceRecord => deviceColumns(row as DeviceRow);

/** Everything that accounts, devices and tokens ask of SQLite, prepared once. */
export function prepareAccounts(db: Sqlite) {
  const prepare = (sql: string): Statement => rowsOf(db, sql);
  return {
    plans: prepare(
      'SELECT id, storage_bytes AS storageBytes, devices, price_per_year_usd AS pricePerYearUsd FROM plans ORDER BY storage_bytes, devices',
    ),
    byEmail: prepare(`SELECT ${ACCOUNT} FROM accounts a WHERE a.email = ?`),
    create: prepare(`
      INSERT INTO accounts (id, email, password_hash, plan, created_at, active_at, wrapped_key, epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    accountActive: prepare('UPDATE accounts SET active_at = ? WHERE no = ?'),
    addInvite: prepare('INSERT INTO invites (hash, created_at) VALUES (?, ?)'),
    useInvite: prepare('UPDATE invites SET used_at = ? WHERE hash = ? AND used_at IS NULL AND created_at > ?'),
    addDevice: prepare(`
      INSERT INTO devices (account, id, name, platform, app_version, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    devices: prepare(`SELECT ${DEVICE} FROM devices d WHERE d.account = ? AND d.ended_at IS NULL ORDER BY d.no`),
    rename: prepare('UPDATE devices SET name = ? WHERE account = ? AND id = ? AND ended_at IS NULL'),
    deviceSeen: prepare('UPDATE devices SET seen_at = ? WHERE no = ?'),
    end: prepare('UPDATE devices SET ended_at = ?, ended_by = ? WHERE no = ?'),
    addAccess: prepare('INSERT INTO access_tokens (hash, device, expires_at) VALUES (?, ?, ?)'),
    addRefresh: prepare('INSERT INTO refresh_tokens (hash, device, parent, created_at) VALUES (?, ?, ?, ?)'),
    firstUsed: prepare('SELECT hash FROM refresh_tokens WHERE device = ? AND parent = ? AND used_at IS NOT NULL ORDER BY used_at LIMIT 1'),
    markUsed: prepare('UPDATE refresh_tokens SET used_at = coalesce(used_at, ?) WHERE hash = ?'),
    markSpent: prepare('UPDATE refresh_tokens SET spent_at = coalesce(spent_at, ?) WHERE hash = ?'),
    byAccess: prepare(`
      SELECT ${ACCOUNT}, ${DEVICE}, t.expires_at AS expiresAt FROM access_tokens t
      JOIN devices d ON d.no = t.device JOIN accounts a ON a.no = d.account WHERE t.hash = ?`),
    byRefresh: prepare(`
      SELECT ${ACCOUNT}, ${DEVICE}, t.parent, t.used_at AS usedAt, t.spent_at AS spentAt, p.spent_at AS parentSpentAt FROM refresh_tokens t
      JOIN devices d ON d.no = t.device JOIN accounts a ON a.no = d.account LEFT JOIN refresh_tokens p ON p.hash = t.parent WHERE t.hash = ?`),
  } as const satisfies Record<string, Statement>;
}

export type AccountStatements = ReturnType<typeof prepareAccounts>;
