import type { Block, Content, NodeId } from '../model/index.ts';
import type { Cell } from './sql.ts';

const ID_BYTES = 16;
const HASH_BYTES = 32;
const BLOCK_BYTES = HASH_BYTES + 4;

/**
 * Ids and hashes are BLOBs on disk and hex everywhere else. SQLite turns one into the other: a Buffer for each cell
 * costs several times as much. What is no hex becomes NULL, which the columns refuse and no row equals.
 */
export const fromHex = 'unhex(?)';
export const asHex = (column: string): string => `lower(hex(${column}))`;

/** `hex(NULL)` is an empty string. */
export const hexOrNull = (cell: Cell | undefined): string | null => (cell === '' ? null : (cell as string));

/**
 * 36 bytes a block: SHA-256, then the size (unsigned, big-endian). Null for the one block of a small file, which
 * follows from the file's own hash and size: most rows need nothing more.
 */
export function blocksBytes(content: Content): Buffer | null {
  const [first] = content.blocks;
  if (content.blocks.length === 1 && first?.hash === content.hash && first.size === content.size) return null;
  const bytes = Buffer.alloc(content.blocks.length * BLOCK_BYTES);
  content.blocks.forEach(({ hash, size }, index) => {
    // `write` cuts what is no hex short in silence.
    if (hash.length !== HASH_BYTES * 2 || bytes.write(hash, index * BLOCK_BYTES, 'hex') !== HASH_BYTES)
      throw new TypeError(`not a hash: ${hash}`);
    bytes.writeUInt32BE(size, index * BLOCK_BYTES + HASH_BYTES);
  });
  return bytes;
}

/** The content of a row, from its `size`, `hash` and `blocks`. */
export function toContent(size: number, hash: string, cell: Cell | undefined): Content {
  if (cell === null || cell === undefined) return { size, hash, blocks: [{ hash, size }] };
  const bytes = cell as Buffer;
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    blocks.push({ hash: bytes.toString('hex', at, at + HASH_BYTES), size: bytes.readUInt32BE(at + HASH_BYTES) });
  }
  return { size, hash, blocks };
}

/** Many ids in one BLOB. Throws TypeError on what is no id. */
export function idListBytes(ids: readonly NodeId[]): Buffer {
  const bytes = Buffer.from(ids.join(''), 'hex');
  if (bytes.length !== ids.length * ID_BYTES || ids.some((id) => id.length !== ID_BYTES * 2)) throw new TypeError('not a list of ids');
  return bytes;
}

export function toIdList(cell: Cell | undefined): readonly NodeId[] {
  const bytes = cell as Buffer;
  return Array.from({ length: bytes.length / ID_BYTES }, (_, index) => bytes.toString('hex', index * ID_BYTES, (index + 1) * ID_BYTES));
}
