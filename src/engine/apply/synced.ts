import type { RemoteNode, SyncedNode } from '../model/index.ts';

/** What is agreed on once this device has what the cloud has. */
export function syncedFrom(remote: RemoteNode): SyncedNode {
  const { id, parentId, name, revision } = remote;
  return remote.kind === 'folder'
    ? { kind: 'folder', id, parentId, name, revision }
    : { kind: 'file', id, parentId, name, revision, hash: remote.content.hash };
}
