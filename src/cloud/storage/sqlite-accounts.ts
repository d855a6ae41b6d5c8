import type {
  AccountCatalogue,
  AccountRecord,
  ChallengeRecord,
  ChoiceRecord,
  DeviceRecord,
  EndedBy,
  Ended,
  Entered,
  Entry,
  Evidence,
  Holder,
  IdentityKey,
  IdentityRecord,
  NewDevice,
  PlanRecord,
  Rotation,
  TokenPair,
  Warning,
} from '../catalogue.ts';
import { mayRefresh, type RefreshHistory } from '../accounts/judge-refresh.ts';
import { TidemarkError } from '../../contract/index.ts';
import { dayMs } from '../../base/index.ts';
import type { SyncReport } from '../../contract/index.ts';
import type { CoarseAddress } from '../accounts/places.ts';
import {
  accountColumns,
  deviceColumns,
  deviceOf,
  identityColumns,
  type AccountRow,
  type AccountStatements,
  type HolderRow,
  type IdentityRow,
  prepareAccounts,
  type WarningRow,
  warningColumns,
} from './account-statements.ts';
import type { Sqlite } from './database.ts';

const SPENT_TOKENS_MS = 7 * dayMs;
const ENDED_DEVICES_MS = 90 * dayMs;
/** A device that nobody switched on for so long has to sign in again. */
const IDLE_DEVICE_MS = 365 * dayMs;
export const INVITE_MS = 30 * dayMs;
/** What a plan that counts computers does not count. */
const HANDHELD: ReadonlySet<DeviceRecord['platform']> = new Set(['ios', 'android']);

export class SqliteAccounts implements AccountCatalogue {
  readonly #db: Sqlite;
  readonly #sql: AccountStatements;

  constructor(db: Sqlite) {
    this.#db = db;
    this.#sql = prepareAccounts(db);
  }

  async plans(): Promise<readonly PlanRecord[]> {
    return (this.#sql.plans.all() as (Omit<PlanRecord, 'builtIn'> & { readonly builtIn: 0 | 1 })[]).map((row) => ({
      ...row,
      builtIn: row.builtIn === 1,
    }));
  }

  /** Throws plan_unknown for one that is not offered. */
  async setPlan(accountNo: number, plan: string): Promise<void> {
    this.#db
      .transaction(() => {
        const offered = (this.#sql.plans.all() as { readonly id: string }[]).map(({ id }) => id);
        if (!offered.includes(plan)) throw new TidemarkError('plan_unknown', { plan, plans: offered.join(', ') });
        this.#sql.setPlan.run(plan, accountNo);
      })
      .immediate();
  }

  async inactive(before: number): Promise<readonly { account: AccountRecord; warning: Warning | undefined }[]> {
    return (this.#sql.inactive.all(before) as (AccountRow & WarningRow)[]).map((row) => ({
      account: accountColumns(row),
      warning: warningColumns(row),
    }));
  }

  async warning(accountNo: number): Promise<Warning | undefined> {
    const row = this.#sql.warning.get(accountNo) as WarningRow | undefined;
    return row === undefined ? undefined : warningColumns(row);
  }

  async warned(accountNo: number, { activeAt, firstAt, lastAt, days }: Warning): Promise<void> {
    this.#sql.warned.run(accountNo, activeAt, firstAt, lastAt, days);
  }

  async create(
    account: Omit<AccountRecord, 'no' | 'label'>,
    first: IdentityRecord,
    epoch: string,
    used: { readonly inviteHash: string | null; readonly evidence: Evidence | null },
  ): Promise<AccountRecord | 'identity_in_use' | 'invite_required' | 'code_used'> {
    const { id, passwordHash, plan, createdAt, activeAt, wrappedKey } = account;
    return this.#allOrNothing((refuse) => {
      // First: whoever has none learns nothing of who has an account.
      if (used.inviteHash !== null && this.#sql.useInvite.run(createdAt, used.inviteHash, createdAt - INVITE_MS).changes !== 1)
        return refuse('invite_required');
      if (this.#sql.byIdentity.get(first.kind, first.subject) !== undefined) return refuse('identity_in_use');
      if (used.evidence !== null && !this.#useUp(used.evidence, createdAt)) return refuse('code_used');
      const no = Number(this.#sql.create.run(id, passwordHash, plan, createdAt, activeAt, wrappedKey, epoch).lastInsertRowid);
      this.#addIdentity(no, first);
      return { ...account, label: first.label, no };
    });
  }

  async byIdentity({ kind, subject }: IdentityKey): Promise<{ account: AccountRecord; identity: IdentityRecord } | undefined> {
    const row = this.#sql.byIdentity.get(kind, subject) as (AccountRow & IdentityRow) | undefined;
    return row === undefined ? undefined : { account: accountColumns(row), identity: identityColumns(row) };
  }

  async byNo(accountNo: number): Promise<AccountRecord | undefined> {
    const row = this.#sql.byNo.get(accountNo) as AccountRow | undefined;
    return row === undefined ? undefined : accountColumns(row);
  }

  async identities(accountNo: number): Promise<readonly IdentityRecord[]> {
    return this.#sql.identities.all(accountNo).map((row) => identityColumns(row as IdentityRow));
  }

  async addInvite(hash: string, at: number): Promise<void> {
    this.#sql.addInvite.run(hash, at);
  }

  async addDevice(accountNo: number, device: NewDevice, tokens: TokenPair, entry: Entry): Promise<Entered> {
    return this.#db
      .transaction((): Entered => {
        const at = device.createdAt;
        const leaving = this.#leaving(accountNo, entry);
        const limit = this.#limitReached(accountNo, device, new Set(leaving.map(({ no }) => no)));
        const { evidence, choiceHash, choice } = entry;
        // The proof is looked at first: whoever has none learns nothing of the devices.
        if (evidence !== null && !this.#useUp(evidence, at)) return { outcome: 'code_used' };
        if (choiceHash !== null && this.#sql.choice.get(choiceHash, at) === undefined) return { outcome: 'choice_over' };
        if (limit !== null) {
          if (choiceHash === null) this.#sql.addChoice.run(choice.hash, accountNo, device.provedAt, choice.expiresAt);
          const ended = leaving.filter(({ by, counts }) => by === 'revoked' && counts);
          this.#end(ended, device);
          return { outcome: 'device_limit', limit, ended };
        }
        if (choiceHash !== null) this.#sql.useChoice.run(choiceHash, accountNo, at);
        this.#end(leaving, device);
        const { id, name, platform, appVersion, provedAt, seenFrom } = device;
        const { lastInsertRowid } = this.#sql.addDevice.run(accountNo, id, name, platform, appVersion, at, at, provedAt, seenFrom);
        const no = Number(lastInsertRowid);
        this.#addTokens(no, tokens, null, at);
        this.#sql.accountActive.run(at, accountNo);
        const added = { ...device, no, seenAt: at, sync: null, syncedAt: null, endedBy: null, endedFrom: null };
        return { outcome: 'added', device: added, ended: leaving };
      })
      .immediate();
  }

  /** Those that go when the new one comes. */
  #leaving(accountNo: number, { replaces, signOut }: Entry): readonly (Ended & { readonly counts: boolean })[] {
    const { counts } = this.#planOf(accountNo);
    return this.#active(accountNo).flatMap((one): readonly (Ended & { readonly counts: boolean })[] => {
      const by = one.id === signOut ? 'revoked' : one.id === replaces ? 'signed_out' : null;
      return by === null ? [] : [{ no: one.no, name: one.name, by, counts: counts(one) }];
    });
  }

  #end(leaving: readonly Ended[], { createdAt, name }: NewDevice): void {
    for (const { no, by } of leaving) this.#sql.end.run(createdAt, by, name, no);
  }

  #planOf(accountNo: number): { readonly limit: number | null; readonly counts: (one: Pick<DeviceRecord, 'platform'>) => boolean } {
    const { devices: limit, counted } = this.#sql.planOf.get(accountNo) as { devices: number | null; counted: 'all' | 'computers' };
    return { limit, counts: ({ platform }) => counted === 'all' || !HANDHELD.has(platform) };
  }

  /** How many the plan takes, where another one would be too many; null where it would not. */
  #limitReached(accountNo: number, device: NewDevice, leaving: ReadonlySet<number>): number | null {
    const { limit, counts } = this.#planOf(accountNo);
    if (limit === null || !counts(device)) return null;
    return this.#active(accountNo).filter((one) => counts(one) && !leaving.has(one.no)).length >= limit ? limit : null;
  }

  async choice(hash: string, at: number): Promise<({ account: AccountRecord } & ChoiceRecord) | undefined> {
    const row = this.#sql.choice.get(hash, at) as (AccountRow & { choiceProvedAt: number; choiceExpiresAt: number }) | undefined;
    return row === undefined ? undefined : { account: accountColumns(row), provedAt: row.choiceProvedAt, expiresAt: row.choiceExpiresAt };
  }

  #active(accountNo: number): readonly DeviceRecord[] {
    return this.#sql.devices.all(accountNo).map(deviceOf);
  }

  async devices(accountNo: number): Promise<readonly DeviceRecord[]> {
    return this.#active(accountNo);
  }

  async renameDevice(accountNo: number, id: string, name: string): Promise<DeviceRecord | undefined> {
    if (this.#sql.rename.run(name, accountNo, id).changes !== 1) return undefined;
    return this.#active(accountNo).find((device) => device.id === id);
  }

  async endDevice(accountNo: number, id: string, by: EndedBy, at: number, from: string | null): Promise<number | undefined> {
    const device = this.#active(accountNo).find((one) => one.id === id);
    if (device === undefined) return undefined;
    this.#sql.end.run(at, by, from, device.no);
    return device.no;
  }

  /** By whoever runs the cloud: each device has to sign in again. Answers how many there were. */
  async signOutAll(accountNo: number, at: number): Promise<number> {
    return this.#db.transaction(() => this.#endAll(accountNo, at, null, { by: 'signed_out' }).length).immediate();
  }

  async byAccessToken(hash: string): Promise<(Holder & { readonly expiresAt: number }) | undefined> {
    const row = this.#sql.byAccess.get(hash) as (HolderRow & { expiresAt: number }) | undefined;
    return row === undefined ? undefined : { ...holderOf(row), expiresAt: row.expiresAt };
  }

  async byRefreshToken(hash: string): Promise<Holder | undefined> {
    const row = this.#sql.byRefresh.get(hash) as HolderRow | undefined;
    return row === undefined ? undefined : holderOf(row);
  }

  async rotate(refreshHash: string, fresh: TokenPair, at: number, from: CoarseAddress | null): Promise<Rotation> {
    return this.#db
      .transaction((): Rotation => {
        const row = this.#sql.byRefresh.get(refreshHash) as (HolderRow & RefreshHistory & { parent: string | null }) | undefined;
        if (row === undefined) return { outcome: 'unknown' };
        const holder = holderOf(row);
        if (holder.device.endedBy !== null) return { outcome: 'ended', device: holder.device };
        if (at - holder.device.seenAt > IDLE_DEVICE_MS) {
          this.#sql.end.run(at, 'signed_out', null, holder.device.no);
          return { outcome: 'ended', device: { ...holder.device, endedBy: 'signed_out' } };
        }
        if (!mayRefresh(row, at)) {
          this.#sql.end.run(at, 'reuse', null, holder.device.no);
          return { outcome: 'reused', holder };
        }
        const predecessor = this.#predecessor(holder.device.no, refreshHash, row);
        this.#sql.markUsed.run(at, refreshHash);
        if (row.parent !== null) this.#sql.markSpent.run(at, row.parent);
        this.#addTokens(holder.device.no, fresh, predecessor, at);
        this.#sql.deviceSeen.run(at, from, holder.device.no);
        this.#sql.accountActive.run(at, holder.account.no);
        return { outcome: 'rotated', ...holder };
      })
      .immediate();
  }

  async told(deviceNo: number, { sync, waiting, issues }: SyncReport, at: number, syncedAt: number | null): Promise<void> {
    this.#sql.told.run(sync, waiting, issues, at, syncedAt, deviceNo);
  }

  async seen(holder: Holder, at: number, from: CoarseAddress | null): Promise<void> {
    this.#db
      .transaction(() => {
        this.#sql.deviceSeen.run(at, from, holder.device.no);
        this.#sql.accountActive.run(at, holder.account.no);
      })
      .immediate();
  }

  async proved(deviceNo: number, at: number): Promise<void> {
    this.#sql.deviceProved.run(at, deviceNo);
  }

  async isAtHome({ kind, subject }: IdentityKey, from: CoarseAddress): Promise<boolean> {
    return this.#sql.atHome.get(kind, subject, from) !== undefined;
  }

  async addChallenge(challenge: ChallengeRecord): Promise<void> {
    const { id, kind, subject, purpose, accountNo, cameFrom, codeHash, sentAt, expiresAt } = challenge;
    this.#sql.addChallenge.run(id, kind, subject, purpose, accountNo, cameFrom, codeHash, sentAt, expiresAt);
  }

  async challengesTo({ kind, subject }: IdentityKey, since: number): Promise<readonly ChallengeRecord[]> {
    return this.#sql.challengesTo.all(kind, subject, since) as ChallengeRecord[];
  }

  async tryChallenge(id: string, tries: number, at: number): Promise<ChallengeRecord | undefined> {
    return this.#sql.tryChallenge.get(id, tries, at) as ChallengeRecord | undefined;
  }

  async challengeMet(id: string): Promise<void> {
    this.#sql.challengeMet.run(id);
  }

  async useChallenge(id: string, at: number): Promise<boolean> {
    return this.#sql.useChallenge.run(at, id).changes === 1;
  }

  async addIdentity(accountNo: number, identity: IdentityRecord, evidence: Evidence): Promise<'added' | 'identity_in_use' | 'code_used'> {
    return this.#allOrNothing((refuse) => {
      if (!this.#useUp(evidence, identity.addedAt)) return refuse('code_used');
      const known = this.#sql.byIdentity.get(identity.kind, identity.subject) as (AccountRow & IdentityRow) | undefined;
      if (known === undefined) this.#addIdentity(accountNo, identity);
      else if (known.accountNo !== accountNo) return refuse('identity_in_use');
      // It was there without proof.
      else this.#sql.proveIdentity.run(identity.addedAt, known.identityId);
      return 'added';
    });
  }

  async removeIdentity(accountNo: number, id: string): Promise<'removed' | 'not_found' | 'last_identity'> {
    return this.#allOrNothing((refuse) => {
      const all = this.#sql.identities.all(accountNo).map((row) => identityColumns(row as IdentityRow));
      if (!all.some((one) => one.id === id)) return refuse('not_found');
      const left = all.filter((one) => one.id !== id);
      if (left.length === 0) return refuse('last_identity');
      this.#sql.removeIdentity.run(accountNo, id);
      // Somebody may have shown by it who they are, and has yet to choose.
      this.#sql.dropChoices.run(accountNo);
      if (!left.some(({ kind }) => kind === 'email')) this.#sql.setPassword.run(null, accountNo);
      return 'removed';
    });
  }

  async setPassword(accountNo: number, passwordHash: string, kept: DeviceRecord, at: number): Promise<readonly number[]> {
    return this.#db
      .transaction(() => {
        this.#sql.setPassword.run(passwordHash, accountNo);
        return this.#endAll(accountNo, at, kept.name, { but: kept.no });
      })
      .immediate();
  }

  async claim(
    accountNo: number,
    identityId: string,
    passwordHash: string | null,
    evidence: Evidence,
    at: number,
    from: string | null,
  ): Promise<readonly number[] | 'code_used'> {
    return this.#allOrNothing((refuse) => {
      if (!this.#useUp(evidence, at)) return refuse('code_used');
      this.#prove(accountNo, identityId, at);
      this.#sql.setPassword.run(passwordHash, accountNo);
      return this.#endAll(accountNo, at, from);
    });
  }

  /** False when any of it was used before. */
  #useUp(evidence: Evidence, at: number): boolean {
    const { challengeId } = evidence;
    if ('authorizationNo' in evidence && this.#sql.useAuthorization.run(at, evidence.authorizationNo).changes !== 1) return false;
    return challengeId === undefined || this.#sql.useChallenge.run(at, challengeId).changes === 1;
  }

  /** With the first proof of its address an account is that person's: what somebody else may have added before goes. */
  #prove(accountNo: number, identityId: string, at: number): void {
    if (this.#sql.proveIdentity.run(at, identityId).changes === 1) this.#sql.otherIdentities.run(accountNo, identityId);
  }

  /** Also who has shown who they are has to do so again. */
  #endAll(
    accountNo: number,
    at: number,
    from: string | null,
    { by = 'revoked', but }: { by?: EndedBy; but?: number } = {},
  ): readonly number[] {
    const devices = this.#active(accountNo).filter(({ no }) => no !== but);
    for (const device of devices) this.#sql.end.run(at, by, from, device.no);
    this.#sql.dropChoices.run(accountNo);
    return devices.map(({ no }) => no);
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
        run('DELETE FROM challenges WHERE sent_at < ?', at - dayMs);
        run('DELETE FROM authorizations WHERE created_at < ?', at - dayMs);
        run('DELETE FROM device_choices WHERE expires_at < ?', at);
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

  #addIdentity(accountNo: number, { id, kind, subject, label, provedAt, addedAt }: IdentityRecord): void {
    this.#sql.addIdentity.run(id, accountNo, kind, subject, label, provedAt, addedAt);
  }

  /** In one transaction; a refusal undoes what was done until then. */
  #allOrNothing<T>(work: (refuse: <R extends string>(refusal: R) => R) => T): T {
    let refused = false;
    let answer: T | undefined;
    try {
      this.#db
        .transaction(() => {
          answer = work((refusal) => {
            refused = true;
            return refusal;
          });
          if (refused) throw new Refused();
        })
        .immediate();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    return answer as T;
  }

  #addTokens(deviceNo: number, tokens: TokenPair, parent: string | null, at: number): void {
    this.#sql.addRefresh.run(tokens.refreshHash, deviceNo, parent, at);
    this.#sql.addAccess.run(tokens.accessHash, deviceNo, tokens.accessExpiresAt);
  }
}

class Refused extends Error {}

function holderOf(row: HolderRow): Holder {
  return { account: accountColumns(row), device: deviceColumns(row) };
}
