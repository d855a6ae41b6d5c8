import { z } from 'zod';
import { id128, nodeName, sha256Hex, sizeBytes, timeMs } from '../primitives.ts';

/** One content-defined block of a file, in file order. */
export const blockRef = z.object({
  hash: sha256Hex,
  size: z
    .int()
    .min(1)
    .max(4 * 1024 * 1024),
});

const common = {
  id: id128,
  parentId: id128,
  name: nodeName,
  /** Changes with every change of the node; the base of every guarded change. Random, never a counter. */
  revision: id128,
  modifiedAt: timeMs.describe('clock of the cloud, for people only'),
  modifiedBy: id128.nullable().describe('device'),
};

export const fileNode = z.object({
  kind: z.literal('file'),
  ...common,
  /** Changes with the content only; names an entry of the history. */
  versionId: id128,
  size: sizeBytes,
  /** Content hash, see `contentHash` in blocks.ts. */
  hash: sha256Hex,
  blocks: z.array(blockRef),
  mtimeMs: timeMs.describe('as the device saw it, for people only'),
  executable: z.boolean(),
  /** The node whose name this conflict version could not have, its base version and the device it came from. */
  conflictOf: id128.nullable(),
  conflictBase: id128.nullable(),
  conflictDevice: z.string().nullable(),
});

export const folderNode = z.object({ kind: z.literal('folder'), ...common });

export const cloudNode = z.discriminatedUnion('kind', [fileNode, folderNode]);

export const tombstone = z.object({ kind: z.literal('deleted'), id: id128 });

export const deltaEntry = z.discriminatedUnion('kind', [fileNode, folderNode, tombstone]);

export type BlockRef = z.infer<typeof blockRef>;
export type CloudFile = z.infer<typeof fileNode>;
export type CloudFolder = z.infer<typeof folderNode>;
export type CloudNode = z.infer<typeof cloudNode>;
export type DeltaEntry = z.infer<typeof deltaEntry>;
