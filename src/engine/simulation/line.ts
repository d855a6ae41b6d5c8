import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from '../abort.ts';
import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import type { BlockData, CloudApi, Credentials, DriveApi } from '../remote/api.ts';
import type { Gate } from './gate.ts';
import type { Life, Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

export interface LineParts {
  readonly scheduler: Scheduler;
  readonly cloud: FakeCloud;
  readonly life: Life;
  readonly weather: Weather;
  readonly gate: Gate;
  /** Counts requests by name. */
  readonly onRequest: (method: string) => void;
}

/** What every call of both interfaces goes through. */
type Call = <T>(method: string, signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>;

/** The line of one process to the cloud: requests take time, get lost before or after they did something, and die with it. */
export function openLine(parts: LineParts): CloudApi {
  const { scheduler, cloud, life, weather } = parts;
  const call: Call = async (method, signal, work) => {
    await scheduler.step(life);
    if (signal?.aborted === true) throw new TidemarkError('aborted');
    parts.onRequest(method);
    const fault = weather.lineFault();
    scheduler.note(life.name, fault === undefined ? `> ${method}` : `> ${method} ${fault.error.code} ${fault.phase}`);
    if (fault?.phase === 'before') throw fault.error;
    await parts.gate.wayThere(method);
    const answer = await orAborted(work(), signal).catch(async (error: unknown) => {
      await scheduler.step(life);
      scheduler.note(life.name, `< ${method} ${error instanceof TidemarkError ? error.code : String(error)}`);
      throw error;
    });
    await parts.gate.wayBack(method);
    await scheduler.step(life);
    if (fault !== undefined) throw fault.error;
    return answer;
  };
  const api = cloud.api();
  return {
    server: api.server,
    discover: (signal) => call('discover', signal, () => api.discover(signal)),
    signUp: (request) => call('signUp', undefined, () => api.signUp(request)),
    signIn: (request) => call('signIn', undefined, () => api.signIn(request)),
    challenge: (request) => call('challenge', undefined, () => api.challenge(request)),
    identities: (credentials) => api.identities(credentials),
    authorize: (request) => call('authorize', undefined, () => api.authorize(request)),
    deviceAuthorize: (request) => call('deviceAuthorize', undefined, () => api.deviceAuthorize(request)),
    resetPassword: (request) => call('resetPassword', undefined, () => api.resetPassword(request)),
    refresh: (token, signal) => call('refresh', signal, () => api.refresh(token, signal)),
    revoke: (token) => call('revoke', undefined, () => api.revoke(token)),
    authorized: (credentials) => driveOver(api.authorized(whileAlive(credentials, life)), call, weather),
    hangUp: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** The caller learns at once that it gave up; the cloud goes on with what it was asked. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => {
      reject(new TidemarkError('aborted'));
    });
    void work.then(resolve, reject).finally(forget);
  });
}

/** Nobody answers for a dead process. */
const whileAlive = (credentials: Credentials, life: Life): Credentials => ({
  accessToken: (signal) => (life.alive ? credentials.accessToken(signal) : new Promise(() => undefined)),
  refused: (token) => {
    if (life.alive) credentials.refused(token);
  },
});

/** The answer as it arrives. */
function cutShort(blocks: readonly BlockData[], weather: Weather): readonly BlockData[] {
  const short = weather.shortAnswer(blocks.length);
  if (short === undefined) return blocks;
  const next = blocks[short.whole];
  const broken = short.broken && next !== undefined ? [{ ...next, bytes: next.bytes.slice(0, next.bytes.length >> 1) }] : [];
  return [...blocks.slice(0, short.whole), ...broken];
}

function driveOver(drive: DriveApi, call: Call, weather: Weather): DriveApi {
  return {
    me: () => call('me', undefined, () => drive.me()),
    devices: () => call('devices', undefined, () => drive.devices()),
    renameDevice: (id, name) => call('renameDevice', undefined, () => drive.renameDevice(id, name)),
    revokeDevice: (id) => call('revokeDevice', undefined, () => drive.revokeDevice(id)),
    quota: () => call('quota', undefined, () => drive.quota()),
    settings: () => call('settings', undefined, () => drive.settings()),
    changeSettings: (values) => call('changeSettings', undefined, () => drive.changeSettings(values)),
    delta: (cursor, signal) => call('delta', signal, () => drive.delta(cursor, signal)),
    wait: (cursor, timeoutMs, signal, report, settings) =>
      call('wait', signal, () => drive.wait(cursor, timeoutMs, signal, report, settings)),
    missing: (hashes, signal) => call('missing', signal, () => drive.missing(hashes, signal)),
    store: (blocks, signal) => call('store', signal, () => drive.store(blocks, signal)),
    fetch: (hashes, signal) => call('fetch', signal, async () => cutShort(await drive.fetch(hashes, signal), weather)),
    commit: (entries, key, signal) =>
      call(
        `commit ${entries.map((entry) => `${entry.op} ${'name' in entry ? entry.name : ''} ${entry.id.slice(0, 6)}`).join(', ')}`,
        signal,
        () => drive.commit(entries, key, signal),
      ),
    versions: (id) => call('versions', undefined, () => drive.versions(id)),
    restoreVersion: (id, versionId, base) => call('restoreVersion', undefined, () => drive.restoreVersion(id, versionId, base)),
    trash: () => call('trash', undefined, () => drive.trash()),
    restoreTrash: (id) => call('restoreTrash', undefined, () => drive.restoreTrash(id)),
    deleteTrash: (id) => call('deleteTrash', undefined, () => drive.deleteTrash(id)),
    emptyTrash: (until) => call('emptyTrash', undefined, () => drive.emptyTrash(until)),
    dropVersions: (id, versionId) => call('dropVersions', undefined, () => drive.dropVersions(id, versionId)),
    largest: (page) => call('largest', undefined, () => drive.largest(page)),
    versioned: (page) => call('versioned', undefined, () => drive.versioned(page)),
    duplicates: (page) => call('duplicates', undefined, () => drive.duplicates(page)),
  };
}
