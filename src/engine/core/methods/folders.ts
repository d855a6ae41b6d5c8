import { type Folder, TidemarkError } from '../../../contract/index.ts';
import { createMarker, checkFolder } from '../../local/index.ts';
import { type FileStat, identityOf, ROOT_ID } from '../../model/index.ts';
import type { LocalOnlyRow } from '../../store/index.ts';
import { note } from '../../apply/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { copyMarks, recallMarks } from '../marks-copy.ts';
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
  await engine.startRun();
}

export function folderMethods(engine: TidemarkEngine): Handlers<'folder.add' | 'folder.list' | 'folder.remove'> {
  const { store, environment } = engine;
  const list = async (): Promise<Folder[]> => {
    const synced = store.folder();
    const localOnly: Folder[] = [];
    for (const { path } of store.localOnlyFolders()) {
      const stat = await environment.disk.stat(path).catch(() => undefined);
      localOnly.push({ path, localOnly: true, state: stat?.kind === 'folder' ? 'ready' : 'missing' });
    }
    if (synced === null) return localOnly;
    const state = await checkFolder(environment.disk, synced.path, synced.folderId);
    return [{ path: synced.path, localOnly: false, state }, ...localOnly];
  };
  const requireFolder = async (path: string): Promise<FileStat> => {
    const stat = await environment.disk.stat(path);
    if (stat?.kind !== 'folder') throw new TidemarkError('folder_missing', { path });
    return stat;
  };
  /** Inside the synced folder, what is in it is judged anew; nothing is deleted on either side for that. */
  const setLocalOnly = async (folders: readonly LocalOnlyRow[]): Promise<void> => {
    const ids = store.transaction((write) => {
      write.setLocalOnlyFolders(folders);
      return engine.scopes.review([ROOT_ID]);
    });
    // What a person decided outlives a power cut: without it, what is to stay here would be sent.
    store.sync();
    engine.run?.judgedAnew(ids);
    engine.publisher.lists('files');
    const synced = store.folder();
    if (synced === null) return;
    // The next look at the folder writes it when this one cannot.
    await copyMarks(environment.disk, synced.path, store).catch((error: unknown) => {
      environment.log.warn('the copy of the marks could not be written', { error: String(error) });
    });
  };
  return {
    'folder.add': ({ path, localOnly, merge }) =>
      engine.exclusively(async () => {
        const real = await checkNewFolder(engine, path, localOnly);
        if (localOnly) {
          const identity = identityOf(await requireFolder(real));
          await setLocalOnly([...store.localOnlyFolders(), { path: real, identity }]);
        } else {
          engine.lockFolder(real);
          const folderId = environment.random.id();
          try {
            await recallMarks(environment.disk, real, store);
            await createMarker(environment.disk, real, folderId);
          } catch (error) {
            engine.releaseFolder();
            if (error instanceof TidemarkError) throw error;
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
        } else if (store.localOnlyFolders().some((one) => one.path === real || one.path === path)) {
          await setLocalOnly(store.localOnlyFolders().filter((one) => one.path !== real && one.path !== path));
        } else throw new TidemarkError('folder_unknown', { path });
        engine.announce();
        return {};
      }),
  };
}
