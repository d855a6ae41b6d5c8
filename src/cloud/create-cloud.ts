import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { TidemarkError } from '../contract/index.ts';
import { hourMs, MiB, secondMs } from '../base/index.ts';
import { Accounts } from './accounts/accounts.ts';
import { Attempts } from './accounts/attempts.ts';
import { AuditLog } from './accounts/audit-log.ts';
import { Challenges } from './accounts/challenges.ts';
import { Inactivity } from './accounts/inactivity.ts';
import { Grants } from './accounts/grants.ts';
import { Keyring } from './accounts/keyring.ts';
import { Places } from './accounts/places.ts';
import { PlanTerms } from './accounts/terms.ts';
import type { Cloud, ListenOptions } from './cloud.ts';
import { Blocks } from './drive/blocks.ts';
import { Waiters } from './drive/waiters.ts';
import { isLoopback } from './http/listen-address.ts';
import { makeServer } from './http/server.ts';
import { randomId } from './ids.ts';
import { openOutboxes } from './messages/open-outboxes.ts';
import { openApiDocument } from './openapi.ts';
import type { CloudOptions } from './options.ts';
import { openProviders } from './providers/open-providers.ts';
import { checkRegion } from './providers/settings.ts';
import { lockData } from './storage/data-lock.ts';
import { EmbeddedBlockStore } from './storage/embedded-block-store.ts';
import { loadServerKey, refuseInside, subkey } from './storage/server-key.ts';
import { catalogueFile, openSqliteCatalogue } from './storage/sqlite-catalogue.ts';

/** How soon what the operator changes beside the server is told to devices. */
const OPERATOR_MS = secondMs;
const MAINTENANCE_MS = 6 * hourMs;
const DRAIN_MS = 10 * secondMs;
/** Generous for devices, a wall for guessing. */
const RATE_LIMITS = { signIn: 60, code: 10, failedSignIn: 30, token: 600, request: 12_000 } as const;
const UNCOMMITTED_SLACK_BYTES = 256 * MiB;

/**
 * Opens the data directory and makes a cloud of it; nothing is reachable before `listen`. Throws TidemarkError:
 * `folder_not_writable`, `data_in_use`, `plan_unknown`, `server_key_missing`, `server_key_invalid`, `server_key_inside_data`, `database_broken`,
 * `database_newer`, `provider_wrong_region`.
 */
export async function createCloud(options: CloudOptions): Promise<Cloud> {
  // Before anything is made: what is refused leaves nothing behind.
  checkRegion(options.providers, options.region);
  if (options.serverKey === undefined && options.keyFile !== undefined) refuseInside(options.keyFile, options.dataDir);
  const lock = openData(options.dataDir);
  const opened: (() => Promise<void>)[] = [async () => lock.release()];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    return await assemble(options, opened, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function openData(dataDir: string): { release(): void } {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return lockData(join(dataDir, 'lock.db'), dataDir);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_(CANTOPEN|READONLY|IOERR).*)$/.test(code)) {
      throw new TidemarkError('folder_not_writable', { path: dataDir }, { cause: error });
    }
    throw error;
  }
}

async function assemble(options: CloudOptions, opened: (() => Promise<void>)[], closeAll: () => Promise<void>): Promise<Cloud> {
  const now = options.now ?? Date.now;
  const newId = options.randomId ?? randomId;
  const log = options.log ?? (() => undefined);
  const places = new Places(options.geoDb);
  const serverKey = readServerKey(options);
  const plan = options.plan ?? 'free';
  const catalogue = openSqliteCatalogue({ dataDir: options.dataDir, serverKey, plans: options.plans, plan, now, newId });
  opened.push(() => catalogue.close());
  const store = new EmbeddedBlockStore(options.dataDir);
  opened.push(() => store.close());

  const keyring = new Keyring(subkey(serverKey, 'wrap'));
  const waiters = new Waiters();
  const outboxes = openOutboxes(options, now, log);
  for (const outbox of [outboxes.email, outboxes.phone]) if (outbox !== undefined) opened.push(() => outbox.close());
  const audit = new AuditLog({ catalogue: catalogue.audit, places, now, log });
  const challenges = new Challenges({
    catalogue: catalogue.accounts,
    outboxes,
    countries: options.sms?.countries ?? null,
    key: subkey(serverKey, 'codes'),
    onWrong: (sentTo, from) => audit.codeRefused(async () => (await catalogue.accounts.byIdentity(sentTo))?.account.no, from),
    now,
    newId,
  });
  // Until it listens nobody reaches it at all.
  const reach: Reach = { loopbackOnly: true };
  const terms = new PlanTerms({
    accounts: catalogue.accounts,
    drives: catalogue.drives,
    isLocal: () => reach.loopbackOnly && options.behindProxy !== true,
    keepsInactive: options.keepsInactive === true,
    now,
  });
  const address = new PublicAddress(options.providers?.publicUrl);
  const grants = new Grants({
    catalogue: catalogue.authorizations,
    providers: openProviders(options.providers, now),
    key: subkey(serverKey, 'browser'),
    publicUrl: () => address.url,
    now,
    log,
  });
  opened.push(() => audit.settled());
  const accounts = new Accounts({
    catalogue: catalogue.accounts,
    keyring,
    region: options.region,
    plan,
    signUp: options.signUp,
    bootstrapSecret: options.bootstrapSecret,
    challenges,
    terms,
    grants,
    places,
    audit,
    attempts: new Attempts(options.rateLimits?.failedSignIn ?? RATE_LIMITS.failedSignIn, now),
    now,
    newId,
    onEnded: (deviceNo, by) => waiters.deviceEnded(deviceNo, by),
  });
  const blocks = new Blocks({
    catalogue: catalogue.blocks,
    drives: catalogue.drives,
    store,
    namesKey: subkey(serverKey, 'names'),
    accountKey: (account) => keyring.keyOf(account),
    uncommittedSlackBytes: options.uncommittedSlackBytes ?? UNCOMMITTED_SLACK_BYTES,
    log,
  });
  if (!catalogue.endedCleanly) log('warn', 'the last run did not end cleanly', { orphansRemoved: await blocks.removeUnknown() });
  const inactivity = new Inactivity({
    accounts: catalogue.accounts,
    drives: catalogue.drives,
    outboxes,
    now,
    newId,
    log,
    onReset: (accountNo) => waiters.changed(accountNo),
  });
  const maintain = async (): Promise<void> => {
    await catalogue.accounts.purge(now());
    await catalogue.audit.purge(now());
    // Whoever waits for room hears of it.
    for (const accountNo of await catalogue.drives.purge()) waiters.changed(accountNo);
    await blocks.collect();
  };
  await maintain();
  const tellInactive = (signal: AbortSignal): Promise<void> =>
    options.keepsInactive === true ? Promise.resolve() : inactivity.run(signal);
  const parts = {
    accounts,
    audit,
    challenges,
    terms,
    grants,
    address,
    catalogue,
    blocks,
    waiters,
    reach,
    maintain,
    tellInactive,
    closeAll,
  };
  return new EmbeddedCloud(options, parts);
}

function readServerKey(options: CloudOptions): Buffer {
  if (options.serverKey !== undefined) {
    if (options.serverKey.length !== 32) throw new TidemarkError('server_key_invalid', { path: '' });
    return options.serverKey;
  }
  const { keyFile, dataDir } = options;
  if (keyFile === undefined) throw new TidemarkError('server_key_missing', { path: '' });
  const database = catalogueFile(dataDir);
  return loadServerKey(keyFile, dataDir, existsSync(database) && statSync(database).size > 0);
}

/** Who reaches it, once it listens. */
interface Reach {
  loopbackOnly: boolean;
}

interface Parts {
  readonly accounts: Accounts;
  readonly audit: AuditLog;
  readonly challenges: Challenges;
  readonly terms: PlanTerms;
  readonly reach: Reach;
  readonly grants: Grants;
  readonly address: PublicAddress;
  readonly catalogue: Awaited<ReturnType<typeof openSqliteCatalogue>>;
  readonly blocks: Blocks;
  readonly waiters: Waiters;
  readonly maintain: () => Promise<void>;
  /** May take long, where a mail server does not answer. */
  readonly tellInactive: (signal: AbortSignal) => Promise<void>;
  readonly closeAll: () => Promise<void>;
}

/** Where browsers reach the cloud: as it was told, or where it listens on this machine. */
class PublicAddress {
  known: string | undefined;

  constructor(told: string | undefined) {
    this.known = told;
  }

  get url(): string {
    if (this.known === undefined) throw new TidemarkError('public_url_missing');
    return this.known;
  }

  listensOn(url: string): void {
    this.known ??= url;
  }
}

class EmbeddedCloud implements Cloud {
  readonly newInvite: Cloud['newInvite'];
  readonly #options: CloudOptions;
  readonly #parts: Parts;
  readonly #timer: NodeJS.Timeout;
  #operator: NodeJS.Timeout | undefined;
  #app: FastifyInstance | undefined;
  #closed: Promise<void> | undefined;
  readonly #closing = new AbortController();
  #maintaining: Promise<void>;

  constructor(options: CloudOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.newInvite = () => parts.accounts.entrance.newInvite();
    const failed = (error: unknown): void => this.#log('error', error);
    this.#maintaining = parts.tellInactive(this.#closing.signal).catch(failed);
    this.#timer = setInterval(() => void this.maintain().catch(failed), MAINTENANCE_MS);
    this.#timer.unref();
  }

  async listen({ host, port }: ListenOptions): Promise<{ readonly url: string }> {
    if (this.#app !== undefined || this.#closed !== undefined) throw new Error('a cloud listens once');
    const { tls, behindProxy = false, rateLimits, providers } = this.#options;
    const { reach } = this.#parts;
    reach.loopbackOnly = isLoopback(host);
    const isReachedAsItListens = reach.loopbackOnly && !behindProxy;
    if (this.#parts.grants.providers.length > 0 && providers?.publicUrl === undefined && !isReachedAsItListens)
      throw new TidemarkError('public_url_missing');
    if (!reach.loopbackOnly && tls === undefined && !behindProxy) throw new TidemarkError('host_not_loopback', { host });
    const app = await makeServer({
      services: { ...this.#parts, options: this.#options },
      rateLimits: { ...RATE_LIMITS, ...rateLimits },
      tls,
      behindProxy,
      loopbackOnly: () => reach.loopbackOnly,
      closing: () => this.#closed !== undefined,
      log: this.#options.log ?? (() => undefined),
    });
    try {
      await app.listen({ host, port });
    } catch (error) {
      await app.close();
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new TidemarkError('port_in_use', { host, port }, { cause: error });
      throw error;
    }
    this.#app = app;
    this.#operator = setInterval(() => {
      this.#hearOperator();
    }, OPERATOR_MS);
    const address = app.server.address() as AddressInfo;
    const shown = host.includes(':') ? `[${host}]` : host;
    const url = `${tls === undefined ? 'http' : 'https'}://${shown}:${address.port}`;
    if (isReachedAsItListens) this.#parts.address.listensOn(url);
    return { url };
  }

  /** Devices that wait hear at once of another plan, and of having been signed out. */
  #hearOperator(): void {
    const { catalogue, waiters } = this.#parts;
    try {
      if (catalogue.wasWrittenElsewhere()) waiters.changedElsewhere();
    } catch (error) {
      this.#log('error', error);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#operator);
    this.#closing.abort();
    this.#parts.waiters.close();
    const app = this.#app;
    if (app !== undefined) {
      // Whoever still sends after this is cut off: nothing it was not told is lost.
      const cut = setTimeout(() => app.server.closeAllConnections(), this.#options.drainMs ?? DRAIN_MS);
      await app.close();
      clearTimeout(cut);
    }
    await this.#maintaining.catch(() => undefined);
    await this.#parts.closeAll();
  }

  openApiDocument(): Readonly<Record<string, unknown>> {
    return openApiDocument(this.#options.version);
  }

  maintain(): Promise<void> {
    if (this.#closed !== undefined) return Promise.resolve();
    // One at a time.
    this.#maintaining = this.#maintaining
      .catch(() => undefined)
      .then(() => this.#parts.maintain())
      .then(() => this.#parts.tellInactive(this.#closing.signal));
    return this.#maintaining;
  }

  #log(level: 'error', error: unknown): void {
    this.#options.log?.(level, 'maintenance failed', { cause: error instanceof Error ? error.stack : String(error) });
  }
}
