import { createHash } from 'node:crypto';
import {
  API_VERSION,
  BLOCK_AVERAGE_BYTES,
  BLOCK_MAX_BYTES,
  BLOCK_MIN_BYTES,
  type CloudNode,
  type Discovery,
  type Freed,
  MAX_ACCOUNT_SETTINGS,
  MAX_ACCOUNT_SETTINGS_BYTES,
  MAX_BLOCKS_BODY_BYTES,
  MAX_COMMIT_ENTRIES,
  MAX_HASHES,
  TidemarkError,
} from '../../contract/index.ts';
import { MAX_NAME_BYTES } from '../../base/index.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { AuditLog } from '../accounts/audit-log.ts';
import type { Challenges } from '../accounts/challenges.ts';
import type { Grants } from '../accounts/grants.ts';
import { coarsened } from '../accounts/places.ts';
import type { Caps, PlanTerms } from '../accounts/terms.ts';
import type { Catalogue, Holder, Paged, RestoreOutcome, VersionRecord } from '../catalogue.ts';
import type { Blocks } from '../drive/blocks.ts';
import { quotaOf } from '../drive/quota.ts';
import { HISTORY_MS } from '../drive/times.ts';
import type { Waiters } from '../drive/waiters.ts';
import type { CloudOptions } from '../options.ts';
import { authorOf, type Handlers } from './call.ts';
import { readFrames } from './read-frames.ts';
import { sendContent } from './send-content.ts';
import { SpeedCaps } from './speed-caps.ts';
import { waitForChange } from './wait-for-change.ts';

export interface Services {
  readonly options: Pick<CloudOptions, 'region' | 'otherRegion' | 'sms' | 'signUp' | 'version'>;
  readonly accounts: Accounts;
  readonly audit: AuditLog;
  readonly challenges: Challenges;
  readonly terms: PlanTerms;
  readonly grants: Grants;
  readonly catalogue: Catalogue;
  readonly blocks: Blocks;
  readonly waiters: Waiters;
}

/** What each route does, with everything checked that its schemas can check. */
export function makeHandlers(services: Services): Handlers {
  const { accounts, audit, challenges, terms, grants, blocks, waiters } = services;
  const { drives, settings } = services.catalogue;
  const speed = new SpeedCaps();
  const capsOf = async (accountNo: number): Promise<Caps> => terms.caps(await drives.usage(accountNo));
  const restored = (accountNo: number, outcome: RestoreOutcome): { node: CloudNode } => {
    const node = nodeOrProblem(outcome);
    waiters.changed(accountNo);
    return { node };
  };
  const fileVersions = async (accountNo: number, id: string): Promise<readonly VersionRecord[]> => {
    const versions = await drives.versions(accountNo, id);
    if (versions === undefined) throw new TidemarkError('not_found');
    return versions;
  };
  /** As fast as the plan allows; null where there is nothing to send. */
  const sent = async <P extends AsyncIterable<Buffer> | null>(accountNo: number, pieces: P): Promise<P | AsyncIterable<Buffer>> =>
    pieces === null ? pieces : speed.limit(accountNo, 'down', (await capsOf(accountNo)).downloadBytesPerSecond, pieces);
  /** Something went for good: whoever waits for room, on any device, asks again. */
  const gone = (accountNo: number, freed: Freed | undefined): Freed => {
    if (freed === undefined) throw new TidemarkError('not_found');
    if (freed.freedBytes > 0) waiters.changed(accountNo);
    return freed;
  };
  const dropVersions = async (holder: Holder, id: string, versionId?: string): Promise<Freed> => {
    const dropped = await drives.dropVersions(authorOf(holder), id, versionId);
    if (dropped === 'current') throw new TidemarkError('invalid_request', { field: 'version', problem: 'it is the current content' });
    return gone(holder.account.no, dropped);
  };
  return {
    discovery: async () => discoveryOf(services),
    signUp: async ({ body, request }) => accounts.entrance.signUp(body, coarsened(request.ip)),
    signIn: async ({ body, request }) => accounts.entrance.signIn(body, coarsened(request.ip)),
    challenge: async ({ body: { to, purpose, language }, request }) =>
      challenges.issue({ to, purpose, language, accountNo: null, from: coarsened(request.ip) }),
    resetPassword: async ({ body, request }) => {
      await accounts.entrance.resetPassword(body, coarsened(request.ip));
      return {};
    },
    providers: async () => ({ providers: [...grants.providers] }),
    authorize: async ({ body }) => grants.begin(body, 'enter', null),
    deviceAuthorize: async ({ body, request }) => grants.beginDevice(body.device, coarsened(request.ip)),
    ownAuthorize: async ({ holder, body }) => accounts.waysIn.ownAuthorization(holder, body, body.purpose),
    refresh: async ({ body, request }) => accounts.sessions.refresh(body.refreshToken, coarsened(request.ip)),
    revoke: async ({ body }) => {
      await accounts.sessions.signOut(body.refreshToken);
      return {};
    },
    me: async ({ holder }) => accounts.me(holder.account),
    ownChallenge: async ({ holder, body: { to, purpose, language } }) => accounts.waysIn.ownChallenge(holder, to, purpose, language),
    prove: async ({ holder, body }) => {
      await accounts.waysIn.prove(holder, body);
      return {};
    },
    addIdentity: async ({ holder, body }) => {
      await accounts.waysIn.addIdentity(holder, body);
      return accounts.me(holder.account);
    },
    removeIdentity: async ({ holder, params }) => {
      await accounts.waysIn.removeIdentity(holder, params.id);
      return accounts.me(holder.account);
    },
    setPassword: async ({ holder, body }) => {
      await accounts.waysIn.setPassword(holder, body.password);
      return {};
    },
    audit: async ({ holder, query: { before, limit } }) => {
      const events = await audit.list(holder.account.no, before ?? null, limit);
      return { events: [...events], before: events.length < limit ? null : (events.at(-1)?.no ?? null) };
    },
    settings: async ({ holder }) => settings.read(holder.account.no),
    changeSettings: async ({ holder, body }) => {
      const { no } = holder.account;
      const changed = await settings.change(no, body.values, { count: MAX_ACCOUNT_SETTINGS, bytes: MAX_ACCOUNT_SETTINGS_BYTES });
      if (changed === null)
        throw new TidemarkError('invalid_request', { field: 'values', problem: 'the account has too many settings, or too long ones' });
      waiters.changed(no);
      return changed;
    },
    devices: async ({ holder }) => ({ devices: await accounts.devices.list(holder) }),
    renameDevice: async ({ holder, params, body }) => accounts.devices.rename(holder, params.id, body.name),
    revokeDevice: async ({ holder, params }) => {
      if (!(await accounts.devices.end(holder, params.id, 'revoked'))) throw new TidemarkError('not_found');
      return {};
    },
    quota: async ({ holder: { account } }) =>
      quotaOf(await drives.usage(account.no), await terms.of(account), {
        uploadAtCap: speed.isBusy(account.no, 'up'),
        downloadAtCap: speed.isBusy(account.no, 'down'),
      }),
    largest: async ({ holder, query }) => listed(await drives.largest(holder.account.no, query)),
    versioned: async ({ holder, query }) => listed(await drives.versioned(holder.account.no, query)),
    duplicates: async ({ holder, query }) => listed(await drives.duplicates(holder.account.no, query)),
    delta: async ({ holder, query }) => {
      const page = await drives.delta(holder.account.no, query.cursor ?? null, query.limit);
      if (page === 'cursor_gone') throw new TidemarkError('cursor_gone');
      if (page === 'cursor_forked') throw new TidemarkError('cursor_gone', { forked: true });
      const { version } = await settings.read(holder.account.no);
      return { ...page, entries: [...page.entries], settings: version };
    },
    deltaWait: async (call) => {
      const { sync, waiting = 0, issues = 0 } = call.query;
      if (sync !== undefined) await accounts.devices.told(call.holder, { sync, waiting, issues });
      return waitForChange(services.catalogue, waiters, call);
    },
    missingBlocks: async ({ holder, body }) => ({ missing: [...(await blocks.missing(holder.account, body.hashes))] }),
    storeBlocks: async ({ holder, request }) => {
      const body = request.body as AsyncIterable<Buffer> | undefined;
      const { uploadBytesPerSecond } = await capsOf(holder.account.no);
      const slowed = body === undefined ? undefined : speed.limit(holder.account.no, 'up', uploadBytesPerSecond, body);
      return blocks.store(holder.account, readFrames(slowed, request.headers['content-length']));
    },
    fetchBlocks: async ({ holder, body, reply }) => {
      const { rows, bytes } = await blocks.pick(holder.account, body.hashes);
      if (rows.length === 0) throw new TidemarkError('blocks_missing');
      reply.header('Content-Length', bytes);
      return sent(holder.account.no, blocks.frames(holder.account, rows));
    },
    commit: async ({ holder, body, idempotencyKey }) => {
      // Over what the schema made of the body: the same request in another order of keys is the same request.
      const bodyHash = createHash('sha256').update(JSON.stringify(body.entries)).digest('hex');
      const outcome = await drives.commit(authorOf(holder), { idempotencyKey, bodyHash, entries: body.entries });
      if (outcome.outcome === 'key_reused') throw new TidemarkError('idempotency_key_reused');
      if (outcome.changed) waiters.changed(holder.account.no);
      return { results: [...outcome.results] };
    },
    content: async ({ holder, params, request, reply }) => {
      const current = (await fileVersions(holder.account.no, params.id)).find((version) => version.replacedAt === null);
      if (current === undefined) throw new TidemarkError('not_found');
      return sent(holder.account.no, await sendContent(blocks, holder.account, current, request, reply));
    },
    versions: async ({ holder, params }) => {
      const versions = await fileVersions(holder.account.no, params.id);
      return {
        versions: versions.map(({ versionId, size, hash, mtimeMs, createdAt, createdBy, replacedAt }) => {
          const expiresAt = replacedAt === null ? null : replacedAt + HISTORY_MS;
          return { versionId, size, hash, mtimeMs, createdAt, createdBy, current: replacedAt === null, expiresAt };
        }),
      };
    },
    versionContent: async ({ holder, params, request, reply }) => {
      const found = (await fileVersions(holder.account.no, params.id)).find((version) => version.versionId === params.version);
      if (found === undefined) throw new TidemarkError('not_found');
      return sent(holder.account.no, await sendContent(blocks, holder.account, found, request, reply));
    },
    restoreVersion: async ({ holder, params, body }) =>
      restored(holder.account.no, await drives.restoreVersion(authorOf(holder), params.id, body.versionId, body.base)),
    trash: async ({ holder }) => ({
      items: (await drives.trash(holder.account.no)).map((item) => ({ ...item, expiresAt: item.deletedAt + HISTORY_MS })),
    }),
    restoreTrash: async ({ holder, params }) => restored(holder.account.no, await drives.restoreTrash(authorOf(holder), params.id)),
    deleteTrash: async ({ holder, params }) => gone(holder.account.no, await drives.deleteTrash(authorOf(holder), params.id)),
    emptyTrash: async ({ holder, query }) => gone(holder.account.no, await drives.emptyTrash(authorOf(holder), query.until)),
    dropVersions: async ({ holder, params }) => dropVersions(holder, params.id),
    dropVersion: async ({ holder, params }) => dropVersions(holder, params.id, params.version),
  };
}

const listed = <Row>({ rows, next }: Paged<Row>): { rows: Row[]; next: string | null } => ({ rows: [...rows], next });

function nodeOrProblem(outcome: RestoreOutcome): CloudNode {
  switch (outcome.outcome) {
    case 'restored':
      return outcome.node;
    case 'not_found':
      throw new TidemarkError('not_found');
    case 'revision_mismatch':
      throw new TidemarkError('revision_mismatch', { revision: outcome.node.revision });
    case 'quota_exceeded':
      throw new TidemarkError('quota_exceeded', { neededBytes: outcome.neededBytes });
  }
}

async function discoveryOf({ options, terms, challenges, grants }: Services): Promise<Discovery> {
  return {
    product: 'tidemark',
    apiVersion: API_VERSION,
    serverVersion: options.version,
    region: options.region,
    otherRegion: options.otherRegion ?? null,
    signUp: options.signUp,
    codes: {
      email: challenges.serves('email'),
      phone: challenges.serves('phone'),
      phoneCountries: options.sms?.countries === undefined ? null : [...options.sms.countries],
    },
    limits: {
      commitEntries: MAX_COMMIT_ENTRIES,
      blocksBodyBytes: MAX_BLOCKS_BODY_BYTES,
      hashesPerRequest: MAX_HASHES,
      nameBytes: MAX_NAME_BYTES,
    },
    blocks: { algorithm: 'fastcdc-2016-nc2', minBytes: BLOCK_MIN_BYTES, averageBytes: BLOCK_AVERAGE_BYTES, maxBytes: BLOCK_MAX_BYTES },
    names: { unique: 'nfc-casefold' },
    plans: [...(await terms.plans())],
    newestClient: null,
    providers: [...grants.providers],
  };
}
