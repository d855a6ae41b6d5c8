import { sameName } from '../../../base/index.ts';
import {
  type CommitEntryInput,
  type CommitResult,
  MAX_DELTA_LIMIT,
  MAX_HASHES,
  MAX_WAIT_MS,
  type RouteName,
  TidemarkError,
} from '../../../contract/index.ts';
import type { BlockData, CleanupPage, Credentials, DriveApi } from '../api.ts';
import { asDevice } from './as-device.ts';
import { decodeFrames, encodeFrames } from './block-frames.ts';
import { type AnswerOf, type Caller, type Parts, call, callForBytes } from './call.ts';

/** The drive of one account over HTTP, every call in the name of `credentials`. */
export class HttpDrive implements DriveApi {
  readonly #caller: Caller;
  readonly #credentials: Credentials;

  constructor(caller: Caller, credentials: Credentials) {
    this.#caller = caller;
    this.#credentials = credentials;
  }

  me: DriveApi['me'] = () => this.#call('me', {});

  devices: DriveApi['devices'] = async () => (await this.#call('devices', {})).devices;

  renameDevice: DriveApi['renameDevice'] = (id, name) => this.#call('renameDevice', { params: { id }, body: { name } });

  revokeDevice: DriveApi['revokeDevice'] = async (id) => {
    await this.#call('revokeDevice', { params: { id } });
  };

  quota: DriveApi['quota'] = () => this.#call('quota', {});

  settings: DriveApi['settings'] = () => this.#call('settings', {});

  changeSettings: DriveApi['changeSettings'] = (values) => this.#call('changeSettings', { body: { values } });

  delta: DriveApi['delta'] = (cursor, signal) =>
    this.#call('delta', { query: { ...(cursor === null ? {} : { cursor }), limit: MAX_DELTA_LIMIT }, signal });

  wait: DriveApi['wait'] = async (cursor, timeoutMs, signal, report, settings) => {
    const patienceMs = Math.min(timeoutMs, MAX_WAIT_MS);
    const known = settings === undefined ? {} : { settings: settings ?? 'none' };
    return (await this.#call('deltaWait', { query: { cursor, timeoutMs: patienceMs, ...report, ...known }, patienceMs, signal })).changed;
  };

  missing: DriveApi['missing'] = async (hashes, signal) => {
    const missing = new Set<string>();
    const asked = new Set(hashes);
    const all = [...asked];
    for (let from = 0; from < all.length; from += MAX_HASHES) {
      const answer = await this.#call('missingBlocks', { body: { hashes: all.slice(from, from + MAX_HASHES) }, signal });
      for (const hash of answer.missing) if (asked.has(hash)) missing.add(hash);
    }
    return missing;
  };

  store: DriveApi['store'] = async (blocks, signal) => {
    const answer = await this.#call('storeBlocks', { bytes: encodeFrames(blocks), signal });
    const rejected = answer.rejected[0];
    if (rejected !== undefined) throw new TidemarkError('hash_mismatch', { hash: rejected });
  };

  fetch: DriveApi['fetch'] = async (hashes, signal): Promise<readonly BlockData[]> => {
    const body = await asDevice(
      this.#credentials,
      (accessToken) => callForBytes(this.#caller, 'fetchBlocks', { body: { hashes: [...hashes] }, accessToken, signal }),
      signal,
    );
    return decodeFrames(body, hashes, this.#caller.line.server);
  };

  commit: DriveApi['commit'] = async (entries, idempotencyKey, signal) => {
    const { results } = await this.#call('commit', { body: { entries: [...entries] }, idempotencyKey, signal });
    if (results.length !== entries.length || !results.every((result, index) => isAnswerTo(entries[index], result)))
      throw new TidemarkError('cloud_answer_invalid', { server: this.#caller.line.server, field: 'results' });
    return results;
  };

  versions: DriveApi['versions'] = async (id) => (await this.#call('versions', { params: { id } })).versions;

  restoreVersion: DriveApi['restoreVersion'] = async (id, versionId, base) =>
    (await this.#call('restoreVersion', { params: { id }, body: { versionId, base } })).node;

  trash: DriveApi['trash'] = async () => (await this.#call('trash', {})).items;

  restoreTrash: DriveApi['restoreTrash'] = async (id) => (await this.#call('restoreTrash', { params: { id } })).node;

  deleteTrash: DriveApi['deleteTrash'] = (id) => this.#call('deleteTrash', { params: { id } });

  emptyTrash: DriveApi['emptyTrash'] = (until) => this.#call('emptyTrash', { query: until === undefined ? {} : { until } });

  dropVersions: DriveApi['dropVersions'] = (id, version) =>
    version === undefined ? this.#call('dropVersions', { params: { id } }) : this.#call('dropVersion', { params: { id, version } });

  largest: DriveApi['largest'] = (page) => this.#call('largest', { query: pageQuery(page) });

  versioned: DriveApi['versioned'] = (page) => this.#call('versioned', { query: pageQuery(page) });

  duplicates: DriveApi['duplicates'] = (page) => this.#call('duplicates', { query: pageQuery(page) });

  #call<N extends RouteName>(name: N, parts: Parts<N>): Promise<AnswerOf<N>> {
    return asDevice(this.#credentials, (accessToken) => call(this.#caller, name, { ...parts, accessToken }), parts.signal);
  }
}

const pageQuery = ({ cursor, limit }: CleanupPage): { limit: number; cursor?: string } => ({
  limit,
  ...(cursor === undefined ? {} : { cursor }),
});

/**
 * What an entry made is what it asked for. Taken over as agreed on, anything else would make what is here look like the
 * later edit, and the cloud could be asked for the same for ever.
 */
function isAnswerTo(entry: CommitEntryInput | undefined, result: CommitResult): boolean {
  if (result.status !== 'ok' || entry === undefined || entry.op === 'delete') return true;
  const { node } = result;
  if (node?.id !== entry.id || node.parentId !== entry.parentId || !sameName(node.name, entry.name)) return false;
  if (entry.op === 'mkdir') return node.kind === 'folder';
  return entry.op === 'move' || (node.kind === 'file' && node.hash === entry.hash);
}
