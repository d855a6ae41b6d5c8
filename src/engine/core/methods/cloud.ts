import { TidemarkError } from '../../../contract/index.ts';
import { findAnywhere } from '../lookup.ts';
import { sightOf } from '../sight.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

type Names =
  | 'versions.list'
  | 'versions.restore'
  | 'trash.list'
  | 'trash.restore'
  | 'devices.list'
  | 'devices.rename'
  | 'devices.signOut'
  | 'devices.tell'
  | 'quota.show';

/** What the cloud answers by itself. */
export function cloudMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store } = engine;
  const fileAt = (path: string): string => {
    const id = findAnywhere(store, path);
    const node = id === undefined ? undefined : store.remote.get(id);
    if (node?.kind !== 'file') throw new TidemarkError('unknown_item', { path });
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
    'trash.list': async () => ({ items: [...(await engine.requireDrive().trash())] }),
    'trash.restore': async ({ id }) => {
      await engine.requireDrive().restoreTrash(id);
      engine.run?.syncNow();
      return {};
    },
    'devices.list': async () => ({ devices: [...(await engine.requireDrive().devices())] }),
    'devices.rename': async ({ id, name }) => {
      const device = await engine.requireDrive().renameDevice(id, name);
      const account = store.account();
      if (account?.deviceId === id) {
        store.transaction((write) => {
          write.setAccount({ ...account, deviceName: name });
        });
        engine.announce();
      }
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
    'quota.show': () => engine.requireDrive().quota(),
  };
}
