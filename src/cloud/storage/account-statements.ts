import type { DeviceInfo, DeviceSync, IdentityKind, PlanId } from '../../contract/index.ts';
import type { AccountRecord, DeviceRecord, EndedBy, IdentityRecord, Warning } from '../catalogue.ts';
import { rowsOf, type Sqlite, type Statement } from './database.ts';

// An e-mail address says most of whose account it is, a number more than what a service calls the person.
const LABEL = `(SELECT i.label FROM identities i WHERE i.account = a.no
  ORDER BY i.kind = 'email' DESC, i.kind = 'phone' DESC, i.no LIMIT 1)`;
const ACCOUNT =
  `a.no AS accountNo, a.id AS accountId, ${LABEL} AS label, a.password_hash AS passwordHash, a.plan, ` +
  'a.created_at AS accountCreatedAt, a.active_at AS activeAt, a.wrapped_key AS wrappedKey';
const DEVICE =
  'd.no AS deviceNo, d.id AS deviceId, d.name, d.platform, d.app_version AS appVersion, d.created_at AS deviceCreatedAt, ' +
  'd.seen_at AS seenAt, d.proved_at AS provedAt, d.ended_by AS endedBy, d.ended_from AS endedFrom, d.seen_from AS seenFrom, ' +
  'd.sync_state AS syncState, d.sync_waiting AS syncWaiting, d.sync_issues AS syncIssues, d.sync_at AS syncAt, d.synced_at AS syncedAt';
const IDENTITY = 'i.id AS identityId, i.kind, i.subject, i.label AS identityLabel, i.proved_at AS identityProvedAt, i.added_at AS addedAt';
const WARNING = 'w.active_at AS warnedActiveAt, w.first_at AS firstAt, w.last_at AS lastAt, w.days';
const CHALLENGE =
  'id, kind, subject, purpose, account AS accountNo, came_from AS cameFrom, code_hash AS codeHash, sent_at AS sentAt, expires_at AS expiresAt, failures, used_at AS usedAt';

export interface AccountRow {
  readonly accountNo: number;
  readonly accountId: string;
  readonly label: string;
  readonly passwordHash: string | null;
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
  readonly provedAt: number | null;
  readonly endedBy: EndedBy | null;
  readonly endedFrom: string | null;
  readonly seenFrom: string | null;
  readonly syncState: DeviceSync['state'] | null;
  readonly syncWaiting: number;
  readonly syncIssues: number;
  readonly syncAt: number | null;
  readonly syncedAt: number | null;
}

export type HolderRow = AccountRow & DeviceRow;

export interface IdentityRow {
  readonly identityId: string;
  readonly kind: IdentityKind;
  readonly subject: string;
  readonly identityLabel: string;
  readonly identityProvedAt: number | null;
  readonly addedAt: number;
}

export interface WarningRow {
  readonly warnedActiveAt: number | null;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly days: number;
}

export const warningColumns = ({ warnedActiveAt: activeAt, firstAt, lastAt, days }: WarningRow): Warning | undefined =>
  activeAt === null ? undefined : { activeAt, firstAt, lastAt, days };

export const identityColumns = (row: IdentityRow): IdentityRecord => ({
  id: row.identityId,
  kind: row.kind,
  subject: row.subject,
  label: row.identityLabel,
  provedAt: row.identityProvedAt,
  addedAt: row.addedAt,
});

export const accountColumns = (row: AccountRow): AccountRecord => ({
  no: row.accountNo,
  id: row.accountId,
  label: row.label,
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
  provedAt: row.provedAt,
  seenFrom: row.seenFrom,
  sync:
    row.syncState === null || row.syncAt === null
      ? null
      : { sync: row.syncState, waiting: row.syncWaiting, issues: row.syncIssues, at: row.syncAt },
  syncedAt: row.syncedAt,
  endedBy: row.endedBy,
  endedFrom: row.endedFrom,
});

export const deviceOf = (row: unknown): DeviceRecord => deviceColumns(row as DeviceRow);

/** Everything that accounts, devices and tokens ask of SQLite, prepared once. */
export function prepareAccounts(db: Sqlite) {
  const prepare = (sql: string): Statement => rowsOf(db, sql);
  return {
    plans: prepare(`
      SELECT id, storage_bytes AS storageBytes, devices, devices_counted AS devicesCounted, price_per_year_usd AS pricePerYearUsd, upload_bytes_per_second AS uploadBytesPerSecond,
        download_bytes_per_second AS downloadBytesPerSecond, built_in AS builtIn
      FROM plans WHERE retired = 0 ORDER BY storage_bytes, devices, id`),
    setPlan: prepare('UPDATE accounts SET plan = ? WHERE no = ?'),
    inactive: prepare(`
      SELECT ${ACCOUNT}, ${WARNING} FROM accounts a LEFT JOIN warnings w ON w.account = a.no WHERE a.active_at <= ?
        AND (EXISTS (SELECT 1 FROM nodes n WHERE n.account = a.no) OR EXISTS (SELECT 1 FROM trash t WHERE t.account = a.no))`),
    warning: prepare(`SELECT ${WARNING} FROM warnings w WHERE w.account = ?`),
    warned: prepare('INSERT OR REPLACE INTO warnings (account, active_at, first_at, last_at, days) VALUES (?, ?, ?, ?, ?)'),
    byNo: prepare(`SELECT ${ACCOUNT} FROM accounts a WHERE a.no = ?`),
    byIdentity: prepare(`
      SELECT ${ACCOUNT}, ${IDENTITY} FROM identities i JOIN accounts a ON a.no = i.account WHERE i.kind = ? AND i.subject = ?`),
    identities: prepare(`SELECT ${IDENTITY} FROM identities i WHERE i.account = ? ORDER BY i.no`),
    addIdentity: prepare('INSERT INTO identities (id, account, kind, subject, label, proved_at, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)'),
    proveIdentity: prepare('UPDATE identities SET proved_at = ? WHERE id = ? AND proved_at IS NULL'),
    removeIdentity: prepare('DELETE FROM identities WHERE account = ? AND id = ?'),
    otherIdentities: prepare('DELETE FROM identities WHERE account = ? AND id <> ?'),
    setPassword: prepare('UPDATE accounts SET password_hash = ? WHERE no = ?'),
    create: prepare(`
      INSERT INTO accounts (id, password_hash, plan, created_at, active_at, wrapped_key, epoch) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    accountActive: prepare('UPDATE accounts SET active_at = ? WHERE no = ?'),
    addInvite: prepare('INSERT INTO invites (hash, created_at) VALUES (?, ?)'),
    useInvite: prepare('UPDATE invites SET used_at = ? WHERE hash = ? AND used_at IS NULL AND created_at > ?'),
    addDevice: prepare(`
      INSERT INTO devices (account, id, name, platform, app_version, created_at, seen_at, proved_at, seen_from)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    planOf: prepare('SELECT p.devices, p.devices_counted AS counted FROM accounts a JOIN plans p ON p.id = a.plan WHERE a.no = ?'),
    addChoice: prepare('INSERT INTO device_choices (hash, account, proved_at, expires_at) VALUES (?, ?, ?, ?)'),
    choice: prepare(
      `SELECT ${ACCOUNT}, c.proved_at AS choiceProvedAt, c.expires_at AS choiceExpiresAt FROM device_choices c JOIN accounts a ON a.no = c.account WHERE c.hash = ? AND c.expires_at > ?`,
    ),
    useChoice: prepare('DELETE FROM device_choices WHERE hash = ? AND account = ? AND expires_at > ?'),
    dropChoices: prepare('DELETE FROM device_choices WHERE account = ?'),
    told: prepare('UPDATE devices SET sync_state = ?, sync_waiting = ?, sync_issues = ?, sync_at = ?, synced_at = ? WHERE no = ?'),
    devices: prepare(`SELECT ${DEVICE} FROM devices d WHERE d.account = ? AND d.ended_at IS NULL ORDER BY d.no`),
    rename: prepare('UPDATE devices SET name = ? WHERE account = ? AND id = ? AND ended_at IS NULL'),
    deviceProved: prepare('UPDATE devices SET proved_at = ? WHERE no = ?'),
    deviceSeen: prepare('UPDATE devices SET seen_at = ?, seen_from = coalesce(?, seen_from) WHERE no = ?'),
    end: prepare('UPDATE devices SET ended_at = ?, ended_by = ?, ended_from = ? WHERE no = ? AND ended_at IS NULL'),
    atHome: prepare(`
      SELECT 1 FROM identities i JOIN devices d ON d.account = i.account WHERE i.kind = ? AND i.subject = ? AND d.seen_from = ? LIMIT 1`),
    addChallenge: prepare(`
      INSERT INTO challenges (id, kind, subject, purpose, account, came_from, code_hash, sent_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    tryChallenge: prepare(`
      UPDATE challenges SET failures = failures + 1
      WHERE id = ? AND failures < ? AND expires_at > ? AND used_at IS NULL RETURNING ${CHALLENGE}`),
    challengeMet: prepare('UPDATE challenges SET failures = failures - 1 WHERE id = ?'),
    challengesTo: prepare(`SELECT ${CHALLENGE} FROM challenges WHERE kind = ? AND subject = ? AND sent_at > ? ORDER BY sent_at DESC`),
    useChallenge: prepare('UPDATE challenges SET used_at = ? WHERE id = ? AND used_at IS NULL'),
    useAuthorization: prepare('UPDATE authorizations SET used_at = ? WHERE no = ? AND used_at IS NULL'),
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
