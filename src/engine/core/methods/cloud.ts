import { type Freed, TidemarkError } from '../../../contract/index.ts';
import { deleteDuplicates } from '../duplicates.ts';
import { findAnywhere } from '../lookup.ts';
import { sightOf } from '../sight.ts';
import { needOf, roomSeekers } from '../waiting-for-room.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

type Names =
  | 'versions.list'
  | 'versions.restore'
  | 'versions.delete'
  | 'trash.list'
  | 'trash.restore'
  | 'trash.delete'
  | 'trash.empty'
  | 'devices.list'
  | 'devices.rename'
  | 'devices.signOut'
  | 'devices.tell'
  | 'quota.show'
  | 'quota.largest'
  | 'quota.versions'
  | 'quota.duplicates'
  | 'duplicates.delete';

function goneAlready(error: unknown): Freed {
  if (error instanceof TidemarkError && error.code === 'not_found') return { items: 0, freedBytes: 0 };
  throw error;
}

/** What the cloud answers by itself. */
export function cloudMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store } = engine;
  const fileAt = (path: string): string => {
    const id = findAnywhere(store, path);
    const node = id === undefined ? undefined : (store.remote.get(id) ?? store.local.get(id));
    if (node?.kind === 'folder') throw new TidemarkError('folder_has_no_versions', { path });
    if (node === undefined || store.remote.get(node.id) === undefined) throw new TidemarkError('unknown_item', { path });
    return node.id;
  };
  /** A file of this device that the cloud does not have yet, looked at or not. */
  const isUnsent = async (path: string): Promise<boolean> => {
    const id = findAnywhere(store, path);
    if (id !== undefined) return store.remote.get(id) === undefined && store.local.get(id)?.kind === 'file';
    const folder = store.folder();
    if (folder === null || path.split('/').includes('..')) return false;
    const sight = await sightOf(engine.environment.disk, folder.path, path);
    return sight.kind === 'seen' && sight.stat.kind === 'file';
  };
  /** What waits for room is tried again at once. */
  const freeing = (freed: Freed): Freed => {
    if (freed.freedBytes > 0) engine.run?.syncNow();
    return freed;
  };
  /** What the cloud calls a device, if that is this one. */
  const called = (id: string, name: string): void => {
    const account = store.account();
    if (account?.deviceId !== id || account.deviceName === name) return;
    store.transaction((write) => {
      write.setAccount({ ...account, deviceName: name });
    });
    engine.announce();
  };
  return {
    'versions.list': async ({ path }) => {
      if (await isUnsent(path)) return { versions: [] };
      return { versions: [...(await engine.requireDrive().versions(fileAt(path)))] };
    },
    'versions.restore': async ({ path, versionId }) => {
      const id = fileAt(path);
      const base = store.remote.get(id)?.revision ?? '';
      await engine.requireDrive().restoreVersion(id, versionId, base);
      engine.run?.syncNow();
      return {};
    },
    'versions.delete': async ({ path, id, versionIds }) => {
      const file = id ?? fileAt(path ?? '');
      const drive = engine.requireDrive();
      if (versionIds === undefined) return freeing(await drive.dropVersions(file));
      const all = { items: 0, freedBytes: 0 };
      for (const versionId of versionIds) {
        const { items, freedBytes } = await drive.dropVersions(file, versionId).catch(goneAlready);
        all.items += items;
        all.freedBytes += freedBytes;
      }
      return freeing(all);
    },
    'trash.delete': async ({ id }) => freeing(await engine.requireDrive().deleteTrash(id)),
    'trash.empty': async ({ until }) => freeing(await engine.requireDrive().emptyTrash(until)),
    'trash.list': async () => ({ items: [...(await engine.requireDrive().trash())] }),
    'trash.restore': async ({ id }) => {
      await engine.requireDrive().restoreTrash(id);
      engine.run?.syncNow();
      return {};
    },
    'devices.list': async () => {
      const devices = await engine.requireDrive().devices();
      // Another device may have renamed this one.
      const own = devices.find(({ current }) => current);
      if (own !== undefined) called(own.id, own.name);
      return { devices: [...devices] };
    },
    'devices.rename': async ({ id, name }) => {
      const device = await engine.requireDrive().renameDevice(id, name);
      called(id, name);
      return device;
    },
    'devices.signOut': async ({ id }) => {
      await engine.requireDrive().revokeDevice(id);
      return {};
    },
    'devices.tell': async () => {
      engine.publisher.snapshot();
      await engine.run?.tellNow();
      return {};
    },
    'quota.show': async () => {
      const quota = await engine.requireDrive().quota();
      engine.heardTerms(quota);
      return { ...quota, waiting: needOf(roomSeekers(store), quota.totalBytes - quota.usedBytes) };
    },
    'quota.largest': (page) => engine.requireDrive().largest(page),
    'quota.versions': (page) => engine.requireDrive().versioned(page),
    'quota.duplicates': (page) => engine.requireDrive().duplicates(page),
    'duplicates.delete': ({ paths }) => deleteDuplicates(engine, paths),
  };
}
