import { ROOT_ID } from '../../contract/index.ts';

/** Names an item in all three trees. New local items get one when they are first seen; the cloud takes it over. */
export type NodeId = string;

export { ROOT_ID };

/** Parent of local items that wait, out of sight, for their place to become free (`.tidemark/parked/ID`). */
export const PARKED_ID: NodeId = 'f'.repeat(32);
