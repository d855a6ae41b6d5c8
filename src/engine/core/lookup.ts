import { findByPath, type NodeId } from '../model/index.ts';
import type { StoreReads } from '../store/index.ts';

/** As `findByPath`, in the tree that knows the path: what is on this device counts first. */
export const findAnywhere = (store: StoreReads, path: string): NodeId | undefined =>
  findByPath(store.local, path) ?? findByPath(store.remote, path) ?? findByPath(store.synced, path);
