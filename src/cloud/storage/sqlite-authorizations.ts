import type { ErrorCode, Provider } from '../../contract/index.ts';
import type { AuthorizationCatalogue, AuthorizationOutcome, AuthorizationRecord, NewAuthorization } from '../catalogue.ts';
import { rowsOf, type Sqlite, type Statement } from './database.ts';

const COLUMNS =
  'no, flow, purpose, account AS accountNo, provider, redirect_uri AS redirectUri, client_state AS clientState, ' +
  'code_challenge AS codeChallenge, device_name AS deviceName, platform, place, trip_browser AS tripBrowser, ' +
  'created_at AS createdAt, expires_at AS expiresAt, interval_ms AS intervalMs, polled_at AS polledAt, ' +
  'kind, subject, label, how, evidence, proved_at AS provedAt, refusal, settled_at AS settledAt, used_at AS usedAt';

const keys = ['request', 'user_code', 'page', 'trip', 'code'] as const;
type Key = (typeof keys)[number];

type Row = Omit<AuthorizationRecord, 'outcome'> & { readonly [K in keyof AuthorizationOutcome]: AuthorizationOutcome[K] | null };

export class SqliteAuthorizations implements AuthorizationCatalogue {
  readonly #find: Readonly<Record<Key, Statement>>;
  readonly #sql;

  constructor(db: Sqlite) {
    const prepare = (sql: string): Statement => rowsOf(db, sql);
    this.#find = Object.fromEntries(
      keys.map((key) => [key, prepare(`SELECT ${COLUMNS} FROM authorizations WHERE ${key} = ?`)]),
    ) as unknown as Readonly<Record<Key, Statement>>;
    this.#sql = {
      add: prepare(`
        INSERT INTO authorizations (
          flow, purpose, account, request, provider, redirect_uri, client_state, code_challenge, user_code, device_name,
          platform, place, created_at, expires_at, interval_ms
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
      openPage: prepare('UPDATE authorizations SET page = ? WHERE no = ?'),
      beginTrip: prepare('UPDATE authorizations SET provider = ?, trip = ?, trip_browser = ? WHERE no = ? AND settled_at IS NULL'),
      endTrip: prepare('UPDATE authorizations SET trip = NULL, trip_browser = NULL WHERE no = ? AND trip = ?'),
      polled: prepare('UPDATE authorizations SET polled_at = ?, interval_ms = ? WHERE no = ?'),
      settle: prepare(`
        UPDATE authorizations SET kind = ?, subject = ?, label = ?, how = ?, evidence = ?, proved_at = ?, code = ?, settled_at = ?, expires_at = ?,
          trip = NULL, trip_browser = NULL, page = NULL WHERE no = ? AND settled_at IS NULL`),
      refuse: prepare(`
        UPDATE authorizations SET refusal = ?, settled_at = ?, expires_at = ?, trip = NULL, trip_browser = NULL, page = NULL
        WHERE no = ? AND settled_at IS NULL`),
      use: prepare('UPDATE authorizations SET used_at = ? WHERE no = ? AND used_at IS NULL'),
    };
  }

  async add(one: NewAuthorization): Promise<void> {
    this.#sql.add.run(
      one.flow,
      one.purpose,
      one.accountNo,
      one.request,
      one.provider,
      one.redirectUri,
      one.clientState,
      one.codeChallenge,
      one.userCode,
      one.deviceName,
      one.platform,
      one.place,
      one.createdAt,
      one.expiresAt,
      one.intervalMs,
    );
  }

  async find(by: Key, hash: string): Promise<AuthorizationRecord | undefined> {
    const row = this.#find[by].get(hash) as Row | undefined;
    if (row === undefined) return undefined;
    const { kind, subject, label, how, evidence, provedAt, ...rest } = row;
    const isKnown = kind !== null && subject !== null && label !== null && how !== null;
    return { ...rest, outcome: isKnown ? { kind, subject, label, how, evidence, provedAt: provedAt ?? 0 } : null };
  }

  async openPage(no: number, page: string): Promise<void> {
    this.#sql.openPage.run(page, no);
  }

  async beginTrip(no: number, provider: Provider, trip: string, browser: string): Promise<void> {
    this.#sql.beginTrip.run(provider, trip, browser, no);
  }

  async endTrip(no: number, trip: string): Promise<boolean> {
    return this.#sql.endTrip.run(no, trip).changes === 1;
  }

  async polled(no: number, at: number, intervalMs: number): Promise<void> {
    this.#sql.polled.run(at, intervalMs, no);
  }

  async settle(
    no: number,
    how: AuthorizationOutcome | { readonly refusal: ErrorCode },
    code: string | null,
    at: number,
    expiresAt: number,
  ): Promise<boolean> {
    if ('refusal' in how) return this.#sql.refuse.run(how.refusal, at, expiresAt, no).changes === 1;
    const { kind, subject, label, how: by, evidence, provedAt } = how;
    return this.#sql.settle.run(kind, subject, label, by, evidence, provedAt, code, at, expiresAt, no).changes === 1;
  }

  async use(no: number, at: number): Promise<boolean> {
    return this.#sql.use.run(at, no).changes === 1;
  }
}
