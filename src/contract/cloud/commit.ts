import { z } from 'zod';
import { id128, nodeName, sha256Hex, sizeBytes, timeMs } from '../primitives.ts';
import { blockRef, cloudNode } from './node.ts';

export const MAX_COMMIT_ENTRIES = 500;

const group = z.int().min(0).optional().describe('entries that share a group succeed or fail together');

export const putEntry = z.object({
  op: z.literal('put'),
  id: id128.describe('chosen by the client for a new file'),
  base: id128.nullable().describe('revision that the change builds on; null for a new file'),
  parentId: id128,
  name: nodeName,
  size: sizeBytes,
  hash: sha256Hex,
  blocks: z.array(blockRef),
  mtimeMs: timeMs,
  executable: z.boolean().default(false),
  conflictOf: id128.nullable().default(null),
  conflictBase: id128.nullable().default(null),
  group,
});

export const mkdirEntry = z.object({ op: z.literal('mkdir'), id: id128, parentId: id128, name: nodeName, group });

export const moveEntry = z.object({ op: z.literal('move'), id: id128, base: id128, parentId: id128, name: nodeName, group });

export const deleteEntry = z.object({
  op: z.literal('delete'),
  id: id128,
  base: id128,
  /** For a folder: delete only when nothing below it changed after this cursor, else `subtree_changed`. */
  seen: z.string().max(512).optional(),
  group,
});

export const commitEntry = z.discriminatedUnion('op', [putEntry, mkdirEntry, moveEntry, deleteEntry]);

export const commitRequest = z.object({ entries: z.array(commitEntry).min(1).max(MAX_COMMIT_ENTRIES) });

export const commitCode = z.enum([
  'revision_mismatch', // the base is not the current revision
  'name_taken', // another node has the name; `node` is that one
  'id_taken', // a new node's id is in use; `node` is that one
  'parent_missing',
  'kind_mismatch', // file where a folder is meant, or the reverse
  'would_cycle',
  'subtree_changed',
  'dependency_failed', // the parent was to be made earlier in this batch and failed
  'group_failed', // another entry of the group failed
  'not_found', // the node is gone; for delete this is `ok` instead
  'blocks_missing', // send them again; `missing` lists them
  'hash_mismatch', // hash or size does not follow from the blocks
  'name_invalid',
  'quota_exceeded',
]);

export const commitResult = z.discriminatedUnion('status', [
  /** `node` is the node after the change; null after a delete, and where an earlier result of the same answer has this very node already. */
  z.object({ status: z.literal('ok'), node: cloudNode.nullable() }),
  z.object({ status: z.literal('conflict'), code: commitCode, node: cloudNode.nullable() }),
  z.object({ status: z.literal('error'), code: commitCode, missing: z.array(sha256Hex).optional(), neededBytes: sizeBytes.optional() }),
]);

export const commitResponse = z.object({ results: z.array(commitResult) });

export type CommitEntry = z.infer<typeof commitEntry>;
/** What a client writes: defaults may be left out. */
export type CommitEntryInput = z.input<typeof commitEntry>;
export type CommitCode = z.infer<typeof commitCode>;
export type CommitResult = z.infer<typeof commitResult>;
