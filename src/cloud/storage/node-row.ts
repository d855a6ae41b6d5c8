import type { BlockRef, CloudNode } from '../../contract/index.ts';
import type { TrashedNode, StoredNode } from '../drive/drive-transaction.ts';

/** Columns that `nodes` and `trash` share, in the order of `nodeValues`. */
export const NODE_COLUMNS =
  'id, parent, name, is_file, revision, sequence, modified_at, modified_by, version, version_at, version_by, size, hash, blocks, mtime, ' +
  'executable, conflict_of, conflict_base, conflict_device';

interface CommonRow {
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  readonly revision: string;
  readonly sequence: number;
  readonly modified_at: number;
  readonly modified_by: string | null;
  readonly version_at: number | null;
  readonly version_by: string | null;
}

/** Either all of a file's columns are filled, or none. */
export type NodeRow = CommonRow &
  (
    | { readonly is_file: 0 }
    | {
        readonly is_file: 1;
        readonly version: string;
        readonly size: number;
        readonly hash: string;
        readonly blocks: Buffer;
        readonly mtime: number;
        readonly executable: 0 | 1;
        readonly conflict_of: string | null;
        readonly conflict_base: string | null;
        readonly conflict_device: string | null;
      }
  );

const BLOCK_BYTES = 36;

export function packBlocks(blocks: readonly BlockRef[]): Buffer {
  const packed = Buffer.allocUnsafe(blocks.length * BLOCK_BYTES);
  for (const [index, block] of blocks.entries()) {
    packed.write(block.hash, index * BLOCK_BYTES, 'hex');
    packed.writeUInt32BE(block.size, index * BLOCK_BYTES + 32);
  }
  return packed;
}

export function unpackBlocks(packed: Buffer): BlockRef[] {
  const blocks: BlockRef[] = [];
  for (let at = 0; at < packed.length; at += BLOCK_BYTES) {
    blocks.push({ hash: packed.toString('hex', at, at + 32), size: packed.readUInt32BE(at + 32) });
  }
  return blocks;
}

export function nodeOf(row: NodeRow): CloudNode {
  const common = {
    id: row.id,
    parentId: row.parent,
    name: row.name,
    revision: row.revision,
    modifiedAt: row.modified_at,
    modifiedBy: row.modified_by,
  };
  if (row.is_file === 0) return { kind: 'folder', ...common };
  return {
    kind: 'file',
    ...common,
    versionId: row.version,
    size: row.size,
    hash: row.hash,
    blocks: unpackBlocks(row.blocks),
    mtimeMs: row.mtime,
    executable: row.executable === 1,
    conflictOf: row.conflict_of,
    conflictBase: row.conflict_base,
    conflictDevice: row.conflict_device,
  };
}

export function storedOf(row: NodeRow): StoredNode {
  return { node: nodeOf(row), sequence: row.sequence, madeAt: row.version_at, madeBy: row.version_by };
}

export type TrashedRow = NodeRow & { readonly top: string; readonly path: string };
export const trashedOf = (row: TrashedRow): TrashedNode => ({ ...storedOf(row), top: row.top, path: row.path });

/** What `node` holds in the columns of a file; nulls for a folder. */
export function contentValues(node: CloudNode): readonly unknown[] {
  if (node.kind === 'folder') return [null, null, null, null, null, null, null, null, null];
  const { versionId, size, hash, blocks, mtimeMs, executable, conflictOf, conflictBase, conflictDevice } = node;
  return [versionId, size, hash, packBlocks(blocks), mtimeMs, executable ? 1 : 0, conflictOf, conflictBase, conflictDevice];
}
