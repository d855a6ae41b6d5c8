import { MiB } from '../../base/index.ts';

/** Bytes of blocks held in memory for each direction, encoded copies included. */
export const MEMORY_BYTES = 48 * MiB;
/** Blocks in one request, whatever their size: what a folder of tiny files sends at once. */
export const MAX_PACK_BLOCKS = 1000;
/** Large downloads under way at a time; each holds an open file. */
export const LARGE_FILES = 4;
/** How far the blocks of a large download are fetched ahead of the one being written. */
export const READ_AHEAD_BYTES = 8 * MiB;
/** One `Disk.writeMany`. */
export const WRITE_BATCH_BYTES = 8 * MiB;
export const WRITE_BATCH_FILES = 500;
/** Calls of `Disk.writeMany` under way at a time: one syncs while the next one fills. */
export const WRITE_BATCHES = 2;
/** Blocks named in one commit; a larger one is split before it is sent. */
export const COMMIT_BLOCKS = 20_000;
