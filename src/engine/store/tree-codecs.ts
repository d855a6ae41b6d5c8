import { nameKey } from '../../base/index.ts';
import type { LocalNode, RemoteNode, SyncedNode } from '../model/index.ts';
import { blocksBytes, hexOrNull, toContent } from './bytes.ts';
import type { Cell, Row } from './sql.ts';

/** How the nodes of one tree become rows. The first five columns are the same in all three. */
export interface TreeCodec<N> {
  readonly table: 'remote' | 'local' | 'synced';
  readonly columns: readonly string[];
  /** One cell a column, BLOBs of ids and hashes as hex. */
  toRow(node: N): readonly Cell[];
  fromRow(row: Row): N;
}

/** Columns whose cells cross as hex (see bytes.ts). */
export const hexColumns: ReadonlySet<string> = new Set(['id', 'parent', 'revision', 'hash', 'conflict_of']);

interface Place {
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
}

const PLACE = ['id', 'parent', 'name', 'name_key', 'folder'] as const;
const placeCells = (node: Place & { kind: 'file' | 'folder' }): readonly Cell[] => [
  node.id,
  node.parentId,
  node.name,
  nameKey(node.name),
  node.kind === 'folder' ? 1 : 0,
];
const toPlace = (row: Row): Place => ({ id: row[0] as string, parentId: row[1] as string, name: row[2] as string });
const isFolder = (row: Row): boolean => row[4] === 1;

export const remoteCodec: TreeCodec<RemoteNode> = {
  table: 'remote',
  columns: [
    ...PLACE,
    'revision',
    'modified_by',
    'modified_at',
    'size',
    'hash',
    'mtime_ms',
    'executable',
    'conflict_of',
    'conflict_device',
    'blocks',
  ],
  toRow(node) {
    const head = [...placeCells(node), node.revision, node.modifiedBy, node.modifiedAt];
    if (node.kind === 'folder') return [...head, null, null, null, null, null, null, null];
    const { content } = node;
    const kept = [node.conflictOf, node.conflictDevice];
    return [...head, content.size, content.hash, node.mtimeMs, node.executable ? 1 : 0, ...kept, blocksBytes(content)];
  },
  fromRow(row) {
    const head = { ...toPlace(row), revision: row[5] as string };
    const modified = { modifiedBy: row[6] as string | null, modifiedAt: row[7] as number };
    if (isFolder(row)) return { kind: 'folder', ...head, ...modified };
    return {
      kind: 'file',
      ...head,
      content: toContent(row[8] as number, row[9] as string, row[14]),
      mtimeMs: row[10] as number,
      executable: row[11] === 1,
      conflictOf: hexOrNull(row[12]),
      conflictDevice: row[13] as string | null,
      ...modified,
    };
  },
};

const STAT = ['stat_size', 'dev', 'ino', 'birthtime_ns', 'mtime_ns', 'ctime_ns', 'mode', 'links'] as const;

export const localCodec: TreeCodec<LocalNode> = {
  table: 'local',
  columns: [...PLACE, ...STAT, 'conflict_of', 'holds_ignored', 'size', 'hash', 'blocks'],
  toRow(node) {
    const { stat } = node;
    // The kind of a node and of its stat are one fact here; a row that says both could contradict itself.
    if (stat.kind !== node.kind) throw new TypeError(`a ${node.kind} whose stat says ${stat.kind}`);
    const times = [stat.birthtimeNs, stat.mtimeNs, stat.ctimeNs];
    const head = [...placeCells(node), stat.size, stat.dev, stat.ino, ...times, stat.mode, stat.links];
    if (node.kind === 'folder') return [...head, null, node.holdsIgnored === true ? 1 : 0, null, null, null];
    const { content, conflictOf = null } = node;
    return content === null
      ? [...head, conflictOf, 0, null, null, null]
      : [...head, conflictOf, 0, content.size, content.hash, blocksBytes(content)];
  },
  fromRow(row) {
    const kind = isFolder(row) ? 'folder' : 'file';
    const stat = {
      kind,
      size: row[5] as number,
      dev: row[6] as string,
      ino: row[7] as string,
      birthtimeNs: row[8] as string,
      mtimeNs: row[9] as string,
      ctimeNs: row[10] as string,
      mode: row[11] as number,
      links: row[12] as number,
    } as const;
    if (kind === 'folder') return { kind, ...toPlace(row), stat, ...(row[14] === 1 ? { holdsIgnored: true } : {}) };
    const hash = hexOrNull(row[16]);
    const content = hash === null ? null : toContent(row[15] as number, hash, row[17]);
    const conflictOf = hexOrNull(row[13]);
    return conflictOf === null ? { kind, ...toPlace(row), stat, content } : { kind, ...toPlace(row), stat, content, conflictOf };
  },
};

export const syncedCodec: TreeCodec<SyncedNode> = {
  table: 'synced',
  columns: [...PLACE, 'revision', 'hash', 'aside'],
  toRow: (node) => [...placeCells(node), node.revision, node.kind === 'file' ? node.hash : null, node.aside === true ? 1 : 0],
  fromRow(row) {
    const head = { ...toPlace(row), revision: row[5] as string, ...(row[7] === 1 ? { aside: true } : {}) };
    return isFolder(row) ? { kind: 'folder', ...head } : { kind: 'file', ...head, hash: row[6] as string };
  },
};
