import { samePlace } from '../plan/index.ts';
import type { NodeId } from '../model/index.ts';
import type { Store, StoreWrites } from '../store/index.ts';
import { done, doneAll, type Outcome, replan } from './outcome.ts';
import { syncedFrom } from './synced.ts';

/** Writes down that both sides agree, if they still do. */
export function settle(store: Store, write: StoreWrites, id: NodeId): Outcome {
  const remote = store.remote.get(id);
  const local = store.local.get(id);
  if (remote === undefined || local === undefined || remote.kind !== local.kind || !samePlace(remote, local)) return replan([id]);
  if (remote.kind === 'file' && local.kind === 'file' && local.content?.hash !== remote.content.hash) return replan([id]);
  write.putSynced(syncedFrom(remote));
  if (local.kind === 'file' && local.conflictOf !== undefined && local.conflictOf !== null) write.putLocal({ ...local, conflictOf: null });
  return done();
}

/** What was agreed on no longer counts: the item is new wherever it still is. */
export function forget(write: StoreWrites, id: NodeId): Outcome {
  write.deleteSynced(id);
  return done(id);
}

/** Kept as it was agreed on, until what leaves it out is over. */
export function setAside(store: Store, write: StoreWrites, id: NodeId): Outcome {
  const synced = store.synced.get(id);
  if (synced !== undefined) write.putSynced({ ...synced, aside: true });
  return done();
}

/** The local item goes on under an id of its own. Unless it does so as a `whole`, what is in it stays as agreed on as it was. */
export function reviveLocal(store: Store, write: StoreWrites, id: NodeId, newId: NodeId, whole: boolean): Outcome {
  if (store.local.get(id) === undefined) return replan([id]);
  write.rebindLocal(id, newId);
  if (!whole) {
    for (const child of childIds(store, newId)) {
      const synced = store.synced.get(child);
      if (synced?.parentId === id) write.putSynced({ ...synced, parentId: newId });
    }
  }
  write.deleteSynced(id);
  return doneAll([id, newId, ...childIds(store, newId)]);
}

/** The local item is the cloud's item. */
export function adopt(store: Store, write: StoreWrites, id: NodeId, remoteId: NodeId): Outcome {
  const free = store.local.get(remoteId) === undefined;
  if (store.local.get(id) === undefined || store.remote.get(remoteId) === undefined || !free) return replan([id, remoteId]);
  write.rebindLocal(id, remoteId);
  write.deleteSynced(id);
  return doneAll([id, remoteId, ...childIds(store, remoteId)]);
}

/** Children are planned again: what they waited for has another id now. */
const childIds = (store: Store, id: NodeId): NodeId[] => [...store.local.children(id)].map((child) => child.id);
