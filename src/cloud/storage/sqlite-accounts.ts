import type { AccountCatalogue, AccountRecord, DeviceRecord, EndedBy, Holder, Rotation, TokenPair } from '../catalogue.ts';
import { mayRefresh, type RefreshHistory } from '../accounts/judge-refresh.ts';
import { dayMs } from '../../base/index.ts';
import type { PlanRow } from '../options.ts';
import {
  accountColumns,
  accountOf,
  deviceColumns,
  deviceOf,
  type AccountStatements,
  type HolderRow,
  prepareAccounts,
} from './account-statements.ts';
import type { Sqlite } from './database.ts';

const SPENT_TOKENS_MS = 7 * dayMs;
const ENDED_DEVICES_MS = 90 * dayMs;
export const INVITE_MS = 30 * dayMs;

export class SqliteAccounts implements AccountCatalogue {
  readonly #db: Sqlite;
  readonly #sql: AccountStatements;

  constructor(db: Sqlite) {
    this.#db = db;
    this.#sql = prepareAccounts(db);
  }

  async plans(): Promise<readonly PlanRow[]> {
    return this.#sql.plans.all() as PlanRow[];
  }

  async create(
    account: Omit<AccountRecord, 'no'>,
    epoch: string,
    inviteHash: string | null,
  ): Promise<AccountRecord | 'email_in_use' | 'invite_required'> {
    return this.#db
      .transaction(() => {
        if (this.#sql.byEmail.get(account.email) !== undefined) return 'email_in_use';
        if (inviteHash !== null && this.#sql.useInvite.run(account.createdAt, inviteHash, account.createdAt - INVITE_MS).changes !== 1)
          return 'invite_required';
        const { id, email, passwordHash, plan, createdAt, activeAt, wrappedKey } = account;
        const { lastInsertRowid } = this.#sql.create.run(id, email, passwordHash, plan, createdAt, activeAt, wrappedKey, epoch);
        return { ...account, no: Number(lastInsertRowid) };
      })
      .immediate();
  }

  async byEmail(email: string): Promise<AccountRecord | undefined> {
    return accountOf(this.#sql.byEmail.get(email));
  }

  async addInvite(hash: string, at: number): Promise<void> {
    this.#sql.addInvite.run(hash, at);
  }

  async addDevice(accountNo: number, device: Omit<DeviceRecord, 'no' | 'endedBy'>, tokens: TokenPair): Promise<DeviceRecord> {
    return this.#db
      .transaction(() => {
        const { id, name, platform, appVersion, createdAt, seenAt } = device;
        const { lastInsertRowid } = this.#sql.addDevice.run(accountNo, id, name, platform, appVersion, createdAt, seenAt);
        const no = Number(lastInsertRowid);
        this.#addTokens(no, tokens, null, createdAt);
        this.#sql.accountActive.run(createdAt, accountNo);
        return { ...device, no, endedBy: null };
      })
      .immediate();
  }

  async devices(accountNo: number): Promise<readonly DeviceRecord[]> {
    return this.#sql.devices.all(accountNo).map(deviceOf);
  }

  async renameDevice(accountNo: number, id: string, name: string): Promise<DeviceRecord | undefined> {
    if (this.#sql.rename.run(name, accountNo, id).changes !== 1) return undefined;
    return this.#sql.devices
      .all(accountNo)
      .map(deviceOf)
      .find((device) => device.id === id);
  }

  async endDevice(accountNo: number, id: string, by: EndedBy, at: number): Promise<number | undefined> {
    const device = this.#sql.devices
      .all(accountNo)
      .map(deviceOf)
      .find((one) => one.id === id);
    if (device === undefined) return undefined;
    this.#sql.end.run(at, by, device.no);
    return device.no;
  }

  async byAccessToken(hash: string): Promise<(Holder & { readonly expiresAt: number }) | undefined> {
    const row = this.#sql.byAccess.get(hash) as (HolderRow & { expiresAt: number }) | undefined;
    return row === undefined ? undefined : { ...holderOf(row), expiresAt: row.expiresAt };
  }

  async byRefreshToken(hash: string): Promise<Holder | undefined> {
    const row = this.#sql.byRefresh.get(hash) as HolderRow | undefined;
    return row === undefined ? undefined : holderOf(row);
  }

  async rotate(refreshHash: string, fresh: TokenPair, at: number): Promise<Rotation> {
    return this.#db
      .transaction((): Rotation => {
        const row = this.#sql.byRefresh.get(refreshHash) as (HolderRow & RefreshHistory & { parent: string | null }) | undefined;
        if (row === undefined) return { outcome: 'unknown' };
        const holder = holderOf(row);
        if (holder.device.endedBy !== null) return { outcome: 'ended', by: holder.device.endedBy };
        if (!mayRefresh(row, at)) {
          this.#sql.end.run(at, 'reuse', holder.device.no);
          return { outcome: 'reused', deviceNo: holder.device.no };
        }
        const predecessor = this.#predecessor(holder.device.no, refreshHash, row);
        this.#sql.markUsed.run(at, refreshHash);
        if (row.parent !== null) this.#sql.markSpent.run(at, row.parent);
        this.#addTokens(holder.device.no, fresh, predecessor, at);
        this.#sql.deviceSeen.run(at, holder.device.no);
        this.#sql.accountActive.run(at, holder.account.no);
        return { outcome: 'rotated', ...holder };
      })
      .immediate();
  }

  async seen(holder: Holder, at: number): Promise<void> {
    this.#db
      .transaction(() => {
        this.#sql.deviceSeen.run(at, holder.device.no);
        this.#sql.accountActive.run(at, holder.account.no);
      })
      .immediate();
  }

  async purge(at: number): Promise<void> {
    const devices = 'SELECT no FROM devices WHERE ended_at < ?';
    this.#db
      .transaction(() => {
        const run = (sql: string, ...values: readonly number[]): unknown => this.#db.prepare(sql).run(...values);
        run('DELETE FROM access_tokens WHERE expires_at < ?', at - dayMs);
        // With a spent token go the successors that were passed over: without it they would look fresh.
        const spent = at - SPENT_TOKENS_MS;
        run('DELETE FROM refresh_tokens WHERE used_at IS NULL AND parent IN (SELECT hash FROM refresh_tokens WHERE spent_at < ?)', spent);
        run('DELETE FROM refresh_tokens WHERE spent_at < ?', spent);
        run(`DELETE FROM refresh_tokens WHERE device IN (${devices})`, at - ENDED_DEVICES_MS);
        run(`DELETE FROM access_tokens WHERE device IN (${devices})`, at - ENDED_DEVICES_MS);
        run(`DELETE FROM idempotency WHERE device IN (${devices})`, at - ENDED_DEVICES_MS);
        run('DELETE FROM devices WHERE ended_at < ?', at - ENDED_DEVICES_MS);
        run('DELETE FROM invites WHERE created_at < ?', at - INVITE_MS);
      })
      .immediate();
  }

  /**
   * What the fresh token follows. Of two tokens given for the same one, the later used goes on from the earlier: branches
   * of their own would each be right for ever, and a thief among them never be noticed.
   */
  #predecessor(deviceNo: number, refreshHash: string, row: RefreshHistory & { readonly parent: string | null }): string {
    if (row.usedAt !== null || row.parentSpentAt === null) return refreshHash;
    return (this.#sql.firstUsed.get(deviceNo, row.parent) as { hash: string } | undefined)?.hash ?? refreshHash;
  }

  #addTokens(deviceNo: number, tokens: TokenPair, parent: string | null, at: number): void {
    this.#sql.addRefresh.run(tokens.refreshHash, deviceNo, parent, at);
    this.#sql.addAccess.run(tokens.accessHash, deviceNo, tokens.accessExpiresAt);
  }
}

function holderOf(row: HolderRow): Holder {
  return { account: accountColumns(row), device: deviceColumns(row) };
}
