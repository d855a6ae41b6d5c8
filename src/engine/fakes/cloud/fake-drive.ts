import { createHash } from 'node:crypto';
import {
  BLOCK_FRAME_HEADER_BYTES,
  BLOCK_MAX_BYTES,
  type CloudFile,
  type CloudNode,
  MAX_BLOCKS_BODY_BYTES,
  MAX_HASHES,
  TidemarkError,
  commitRequest,
  devicePatch,
  settingChanges,
  waitQuery,
} from '../../../contract/index.ts';
import type { BlockData, CleanupPage, Credentials, DriveApi, Paged } from '../../remote/api.ts';
import { FAKE_TERMS, type FakeDevice, assertSignedIn, shown } from './accounts.ts';
import { checked } from './checked.ts';
import { commitAll } from './commit.ts';
import { freeName } from './free-name.ts';
import type { FakeCall, FakeCloud } from './fake-cloud.ts';

/** The drive as one device sees it. */
export class FakeDrive implements DriveApi {
  readonly #cloud: FakeCloud;
  readonly #credentials: Credentials;

  constructor(cloud: FakeCloud, credentials: Credentials) {
    this.#cloud = cloud;
    this.#credentials = credentials;
  }

  me: DriveApi['me'] = () =>
    this.#request('me', ({ account: { id, email, region, createdAt } }) => ({
      id,
      label: email,
      identities: [{ id: id.replace(/^./, '0'), kind: 'email', label: email, proved: false, addedAt: createdAt }],
      hasPassword: true,
      region,
      createdAt,
      ...FAKE_TERMS,
    }));

  devices: DriveApi['devices'] = () => this.#request('devices', (device) => this.#cloud.accounts.devices(device.account, device));

  renameDevice: DriveApi['renameDevice'] = (id, name) =>
    this.#request('renameDevice', (asking) => {
      const device = this.#cloud.accounts.device(asking.account, id);
      device.info = { ...device.info, ...checked(devicePatch, { name }) };
      return shown(device, asking);
    });

  revokeDevice: DriveApi['revokeDevice'] = (id) =>
    this.#request('revokeDevice', (asking) => {
      const device = this.#cloud.accounts.device(asking.account, id);
      device.state = 'revoked';
      device.endedFrom = asking.info.name;
      this.#cloud.wake();
    });

  quota: DriveApi['quota'] = () =>
    this.#request('quota', ({ account }) => {
      const usage = account.drive.usage();
      const usedBytes = usage.filesBytes + usage.versionsBytes + usage.trashBytes;
      const left = account.totalBytes - usedBytes;
      const state =
        left <= 0 ? 'exceeded' : left * 100 < account.totalBytes ? 'critical' : left * 10 < account.totalBytes ? 'nearing' : 'normal';
      return { ...FAKE_TERMS, uploadAtCap: false, downloadAtCap: false, totalBytes: account.totalBytes, usedBytes, ...usage, state };
    });

  settings: DriveApi['settings'] = () => this.#request('settings', ({ account }) => account.settings);

  changeSettings: DriveApi['changeSettings'] = (values) =>
    this.#request('changeSettings', ({ account }) => {
      const changed = Object.entries(checked(settingChanges, { values }).values).some(
        ([key, value]) => account.settings.values[key] !== value,
      );
      if (changed) account.settings = { version: this.#cloud.random.id(), values: { ...account.settings.values, ...values } };
      this.#cloud.wake();
      return account.settings;
    });

  delta: DriveApi['delta'] = (cursor, signal) =>
    this.#request(
      'delta',
      ({ account }) => ({ ...account.drive.delta(cursor, this.#cloud.deltaLimit), settings: account.settings.version }),
      signal,
    );

  wait: DriveApi['wait'] = (cursor, timeoutMs, signal, report, known) =>
    this.#request(
      'wait',
      async (device) => {
        checked(waitQuery, { cursor, timeoutMs, ...report });
        if (report !== undefined) this.#cloud.accounts.told(device, report);
        const { drive } = device.account;
        const otherSettings = (): boolean => known !== undefined && known !== device.account.settings.version;
        const endMs = this.#cloud.clock.monotonic() + timeoutMs;
        for (;;) {
          assertSignedIn(device);
          if (signal?.aborted === true) throw new TidemarkError('aborted');
          drive.readCursor(cursor);
          if (drive.cursor() !== cursor || otherSettings()) return true;
          const restMs = endMs - this.#cloud.clock.monotonic();
          if (restMs <= 0) return false;
          await this.#cloud.sleepUntilChange(restMs, signal);
        }
      },
      signal,
    );

  missing: DriveApi['missing'] = (hashes, signal) =>
    this.#request('missing', ({ account }) => new Set(hashes.filter((hash) => !account.drive.blocks.has(hash))), signal);

  store: DriveApi['store'] = (blocks, signal) =>
    this.#request(
      'store',
      ({ account }) => {
        const bytes = blocks.reduce((sum, block) => sum + BLOCK_FRAME_HEADER_BYTES + block.bytes.byteLength, 0);
        if (bytes > MAX_BLOCKS_BODY_BYTES) throw new TidemarkError('body_too_large', { limit: MAX_BLOCKS_BODY_BYTES });
        let rejected: string | undefined;
        for (const block of blocks) {
          if (block.bytes.byteLength > BLOCK_MAX_BYTES || blockHash(block.bytes) !== block.hash) rejected = block.hash;
          else account.drive.blocks.set(block.hash, block.bytes.slice());
        }
        if (rejected !== undefined) throw new TidemarkError('hash_mismatch', { hash: rejected });
      },
      signal,
    );

  fetch: DriveApi['fetch'] = (hashes, signal) =>
    this.#request(
      'fetch',
      ({ account }) => {
        if (hashes.length > MAX_HASHES) throw new TidemarkError('invalid_request', { field: 'hashes' });
        const found: BlockData[] = [];
        let bytes = 0;
        for (const hash of hashes) {
          const block = account.drive.blocks.get(hash);
          bytes += BLOCK_FRAME_HEADER_BYTES + (block?.byteLength ?? 0);
          if (block === undefined || bytes > MAX_BLOCKS_BODY_BYTES) break;
          found.push({ hash, bytes: block.slice() });
        }
        if (found.length === 0) throw new TidemarkError('blocks_missing', { hash: hashes[0] ?? '' });
        return found;
      },
      signal,
    );

  commit: DriveApi['commit'] = (entries, idempotencyKey, signal) =>
    this.#request(
      'commit',
      (device) => {
        const request = checked(commitRequest, { entries });
        const body = JSON.stringify(request);
        const earlier = device.commits.get(idempotencyKey);
        if (earlier !== undefined) {
          if (earlier.body !== body) throw new TidemarkError('idempotency_key_reused');
          return earlier.results as Awaited<ReturnType<DriveApi['commit']>>;
        }
        const results = commitAll(this.#context(device), request.entries);
        device.commits.set(idempotencyKey, { body, results });
        this.#cloud.wake();
        return results;
      },
      signal,
    );

  versions: DriveApi['versions'] = (id) =>
    this.#request('versions', ({ account }) => account.drive.versions(fileOf(account.drive.node(id))));

  restoreVersion: DriveApi['restoreVersion'] = (id, versionId, base) =>
    this.#request('restoreVersion', ({ account: { drive }, id: deviceId }) => {
      const current = fileOf(drive.node(id));
      if (current.revision !== base) throw new TidemarkError('revision_mismatch');
      if (current.versionId === versionId) return current;
      const version = drive.version(id, versionId);
      if (version === undefined) throw new TidemarkError('not_found');
      drive.keepVersion(current);
      const { size, hash, blocks, mtimeMs, executable } = version;
      const node: CloudFile = {
        ...current,
        ...this.#touched(deviceId),
        versionId: this.#cloud.random.id(),
        size,
        hash,
        blocks,
        mtimeMs,
        executable,
      };
      drive.put(node);
      this.#cloud.wake();
      return node;
    });

  trash: DriveApi['trash'] = () => this.#request('trash', ({ account }) => account.drive.trash());

  restoreTrash: DriveApi['restoreTrash'] = (id) =>
    this.#request('restoreTrash', ({ account: { drive }, id: deviceId }) => {
      const record = drive.exhume(id);
      if (record === undefined) throw new TidemarkError('not_found');
      let top: CloudNode | undefined;
      for (const node of record.nodes) {
        const place = node.id === id ? freeName(drive, node) : {};
        const restored: CloudNode = { ...node, ...place, ...this.#touched(deviceId) };
        drive.put(restored);
        top ??= restored;
      }
      this.#cloud.wake();
      if (top === undefined) throw new TidemarkError('not_found');
      return top;
    });

  deleteTrash: DriveApi['deleteTrash'] = (id) =>
    this.#request('deleteTrash', ({ account: { drive } }) => {
      const freedBytes = drive.dropTrash(id);
      if (freedBytes === undefined) throw new TidemarkError('not_found');
      this.#cloud.wake();
      return { items: 1, freedBytes };
    });

  emptyTrash: DriveApi['emptyTrash'] = (until = Number.POSITIVE_INFINITY) =>
    this.#request('emptyTrash', ({ account: { drive } }) => {
      const tops = drive.trash().filter(({ deletedAt }) => deletedAt <= until);
      const freedBytes = tops.reduce((sum, { node }) => sum + (drive.dropTrash(node.id) ?? 0), 0);
      this.#cloud.wake();
      return { items: tops.length, freedBytes };
    });

  dropVersions: DriveApi['dropVersions'] = (id, versionId) =>
    this.#request('dropVersions', ({ account: { drive } }) => {
      if (!drive.isBuried(id)) fileOf(drive.node(id));
      const dropped = drive.dropVersions(id, versionId);
      if (dropped === undefined) throw new TidemarkError('not_found');
      this.#cloud.wake();
      return dropped;
    });

  largest: DriveApi['largest'] = (page) => this.#request('largest', ({ account }) => pageOf(account.drive.largest(), page));

  versioned: DriveApi['versioned'] = (page) => this.#request('versioned', ({ account }) => pageOf(account.drive.versioned(), page));

  duplicates: DriveApi['duplicates'] = (page) => this.#request('duplicates', ({ account }) => pageOf(account.drive.duplicates(), page));

  #touched(deviceId: string): { revision: string; modifiedAt: number; modifiedBy: string } {
    return { revision: this.#cloud.random.id(), modifiedAt: this.#cloud.clock.now(), modifiedBy: deviceId };
  }

  #context(device: FakeDevice): Parameters<typeof commitAll>[0] {
    const { account } = device;
    return {
      drive: account.drive,
      device: { id: device.id, name: device.info.name },
      now: this.#cloud.clock.now(),
      newId: () => this.#cloud.random.id(),
      roomBytes: () => account.totalBytes - account.drive.heldBytes,
    };
  }

  /** As the real client: one more try with a new token after a refusal. */
  async #request<T>(method: FakeCall['method'], work: (device: FakeDevice) => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) throw new TidemarkError('aborted');
    const first = await this.#credentials.accessToken(signal);
    try {
      return await this.#once(method, first, work, signal);
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.kind.status !== 401) throw error;
      this.#credentials.refused(first);
    }
    return this.#once(method, await this.#credentials.accessToken(signal), work, signal);
  }

  async #once<T>(
    method: FakeCall['method'],
    token: string,
    work: (device: FakeDevice) => T | Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const device = this.#cloud.accounts.authenticate(token);
    const answer = await this.#cloud.request({ method, deviceId: device.id }, () => {
      assertSignedIn(device);
      return work(device);
    });
    // The cloud has done it; whoever gave up meanwhile does not learn so.
    if (signal?.aborted === true) throw new TidemarkError('aborted');
    return answer;
  }
}

/** Its cursors count rows: nobody else changes the list of a fake in the middle of it. */
function pageOf<Row>(rows: Row[], { cursor, limit }: CleanupPage): Paged<Row> {
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(from)) throw new TidemarkError('invalid_request', { field: 'cursor' });
  return { rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null };
}

function fileOf(node: CloudNode | undefined): CloudFile {
  if (node?.kind !== 'file') throw new TidemarkError('not_found');
  return node;
}

const blockHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
