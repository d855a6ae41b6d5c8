import { type Folder, TidemarkError } from '../../../contract/index.ts';
import { createMarker, checkFolder } from '../../local/index.ts';
import { note } from '../../apply/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { checkNewFolder } from '../new-folder.ts';

/** Within `exclusively`. Only Tidemark's memory of it goes; the files and the cloud stay as they are. */
export async function removeSyncedFolder(engine: TidemarkEngine, path: string): Promise<void> {
  await engine.stopRun();
  engine.releaseFolder();
  engine.store.transaction((write) => {
    write.clearTrees();
    write.setFolder(null);
  });
  note(engine, 'folder_removed', '', { otherPath: path });
}

export function folderMethods(engine: TidemarkEngine): Handlers<'folder.add' | 'folder.list' | 'folder.remove'> {
  const { store, environment } = engine;
  const list = async (): Promise<Folder[]> => {
    const synced = store.folder();
    const localOnly = store.localOnlyFolders().map((path): Folder => ({ path, localOnly: true, state: 'ready' }));
    if (synced === null) return localOnly;
    const state = await checkFolder(environment.disk, synced.path, synced.folderId);
    return [{ path: synced.path, localOnly: false, state }, ...localOnly];
  };
  return {
    'folder.add': ({ path, localOnly, merge }) =>
      engine.exclusively(async () => {
        const real = await checkNewFolder(engine, path, localOnly);
        if (localOnly) {
          store.transaction((write) => {
            write.setLocalOnlyFolders([...store.localOnlyFolders(), real]);
          });
        } else {
          engine.lockFolder(real);
          const folderId = environment.random.id();
          try {
            await createMarker(environment.disk, real, folderId);
          } catch (error) {
            engine.releaseFolder();
            throw new TidemarkError('folder_not_writable', { path: real }, { cause: error });
          }
          store.transaction((write) => {
            write.setFolder({ path: real, folderId, ...(merge ? {} : { firstMerge: { asked: null } }) });
          });
          note(engine, 'folder_added', '', { otherPath: real });
          await engine.startRun();
        }
        engine.announce();
        return { path: real, localOnly, state: 'ready' };
      }),
    'folder.list': async () => ({ folders: await list() }),
    'folder.remove': ({ path }) =>
      engine.exclusively(async () => {
        const real = (await environment.disk.realPath(path)) ?? path;
        const folder = store.folder();
        if (folder !== null && (folder.path === real || folder.path === path)) {
          await removeSyncedFolder(engine, folder.path);
        } else if (store.localOnlyFolders().includes(real)) {
          store.transaction((write) => {
            write.setLocalOnlyFolders(store.localOnlyFolders().filter((one) => one !== real));
          });
        } else throw new TidemarkError('folder_unknown', { path });
        engine.announce();
        return {};
      }),
  };
}
