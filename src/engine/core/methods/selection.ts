import { type KeptElsewhere, TidemarkError } from '../../../contract/index.ts';
import { below, findByPath, type NodeId, type RemoteFolder, ROOT_ID } from '../../model/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

/** Which folders of the cloud are not kept on this device. By their id, so that a folder that is moved stays what it is. */
export function selectionMethods(
  engine: TidemarkEngine,
): Handlers<'selection.list' | 'selection.size' | 'selection.exclude' | 'selection.include'> {
  const { store, scopes } = engine;

  const sizeOf = (id: NodeId): { readonly items: number; readonly sizeBytes: number } => {
    let items = 0;
    let sizeBytes = 0;
    for (const node of below(store.remote, id)) {
      items += 1;
      if (node.kind === 'file') sizeBytes += node.content.size;
    }
    return { items, sizeBytes };
  };

  const folderAt = (path: string): RemoteFolder => {
    const id = findByPath(store.remote, path) ?? findByPath(store.local, path);
    const node = id === undefined ? undefined : store.remote.get(id);
    if (node?.kind === 'folder') return node;
    if (path === '' || id === ROOT_ID)
      throw new TidemarkError('invalid_request', { field: 'path', problem: 'is the synced folder itself' });
    if (node !== undefined) throw new TidemarkError('folder_not_a_folder', { path });
    throw id === undefined ? new TidemarkError('unknown_item', { path }) : new TidemarkError('folder_not_in_cloud', { path });
  };

  const row = (id: NodeId): KeptElsewhere => ({
    id,
    path: store.remotePath(id) ?? '',
    ...sizeOf(id),
    state: store.local.get(id) === undefined ? 'away' : 'leaving',
  });

  const change = async (id: NodeId, isExcluded: boolean): Promise<void> => {
    let doubtful: readonly NodeId[] = [];
    const below = store.transaction((write) => {
      if (!isExcluded) doubtful = scopes.doubtNotKept(id);
      write.setExcluded(id, isExcluded);
      return scopes.review([id]);
    });
    // What a person decided outlives a power cut: without it, what is missing here would look deleted.
    store.sync();
    await engine.run?.takeUp(doubtful);
    engine.run?.judgedAnew([id, ...below]);
    engine.publisher.lists('files', 'folders');
  };

  return {
    'selection.list': () => {
      const rows = store.excluded().flatMap((id) => (store.remote.get(id) === undefined ? [] : [row(id)]));
      return Promise.resolve({ folders: rows.sort((a, b) => (a.path < b.path ? -1 : 1)) });
    },
    'selection.size': ({ path }) => Promise.resolve(sizeOf(folderAt(path).id)),
    'selection.exclude': async ({ path }) => {
      const { id } = folderAt(path);
      if (!scopes.scope().excluded(id)) await change(id, true);
      return row(id);
    },
    'selection.include': async ({ path }) => {
      const { id } = folderAt(path);
      if (store.excluded().includes(id)) await change(id, false);
      const above = aboveExcluded(id);
      if (above !== undefined) throw new TidemarkError('folder_above_not_kept', { path, above: store.remotePath(above) ?? '' });
      return {};
    },
  };

  function aboveExcluded(id: NodeId): NodeId | undefined {
    const excluded = new Set(store.excluded());
    // A cloud may show folders that are in each other.
    const passed = new Set<NodeId>();
    for (let at = store.remote.get(id)?.parentId; at !== undefined && !passed.has(at); at = store.remote.get(at)?.parentId) {
      if (excluded.has(at)) return at;
      passed.add(at);
    }
    return undefined;
  }
}
