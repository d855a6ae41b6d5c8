import { type CloudNode, type DeltaEntry, ROOT_ID, TidemarkError } from '../../contract/index.ts';
import { nameFault } from '../../base/index.ts';
import { type Content, type NodeId, PARKED_ID, type RemoteNode } from '../model/index.ts';
import { contentHash } from '../transfer/chunks/index.ts';

/** One change of the remote tree. */
export type RemoteChange = { readonly kind: 'put'; readonly node: RemoteNode } | { readonly kind: 'delete'; readonly id: NodeId };

/**
 * A node of the cloud as the engine keeps it. Nothing in it is trusted: throws `cloud_answer_invalid` with the field for
 * a name no cloud may give out, a node that would be the root, its own parent or what waits here out of sight, or content whose size or hash does not
 * follow from its blocks.
 */
export function toRemoteNode(node: CloudNode): RemoteNode {
  if (node.id === ROOT_ID || node.id === PARKED_ID) throw invalid('id', node.id);
  if (node.parentId === node.id || node.parentId === PARKED_ID) throw invalid('parentId', node.id);
  if (nameFault(node.name) !== undefined) throw invalid('name', node.id);
  const placed = {
    id: node.id,
    parentId: node.parentId,
    name: node.name,
    revision: node.revision,
    modifiedBy: node.modifiedBy,
    modifiedAt: node.modifiedAt,
  };
  if (node.kind === 'folder') return { kind: 'folder', ...placed };
  return {
    kind: 'file',
    ...placed,
    content: toContent(node),
    mtimeMs: node.mtimeMs,
    executable: node.executable,
    conflictOf: node.conflictOf,
    conflictDevice: node.conflictDevice,
  };
}

export function toRemoteChange(entry: DeltaEntry): RemoteChange {
  if (entry.kind !== 'deleted') return { kind: 'put', node: toRemoteNode(entry) };
  if (entry.id === ROOT_ID) throw invalid('id', entry.id);
  return { kind: 'delete', id: entry.id };
}

function toContent(node: Extract<CloudNode, { kind: 'file' }>): Content {
  let size = 0;
  for (const block of node.blocks) size += block.size;
  if (size !== node.size) throw invalid('size', node.id);
  if (contentHash(node.blocks) !== node.hash) throw invalid('hash', node.id);
  return { size: node.size, hash: node.hash, blocks: node.blocks };
}

const invalid = (field: string, id: string): TidemarkError => new TidemarkError('cloud_answer_invalid', { field, id });
