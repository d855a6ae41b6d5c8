import type { ErrorData } from '../../contract/index.ts';
import type { NodeId } from '../model/index.ts';
import type { DeletedSide } from './policy.ts';

/** Where an item is to be. */
export interface Place {
  readonly parentId: NodeId;
  readonly name: string;
}

export type RemoteStep =
  { readonly step: 'mkdir' | 'move'; readonly id: NodeId; readonly to: Place } | { readonly step: 'delete'; readonly id: NodeId };

/**
 * One step towards agreement. Every operation of a plan is possible now and stays possible whatever order the others run
 * in; what depends on another operation is planned in a later round, from the trees as they are then.
 */
export type Operation =
  // --- only the store changes
  /** Local and remote agree: write it down. */
  | { readonly op: 'settle'; readonly id: NodeId }
  /** Gone on both sides. */
  | { readonly op: 'forget'; readonly id: NodeId }
  /** Left out by a rule on either side: what is agreed on is kept, but what is gone is not a deletion any more. */
  | { readonly op: 'set_aside'; readonly id: NodeId }
  /** Deleted here but changed in the cloud: from now on new in the cloud. */
  | { readonly op: 'revive_remote'; readonly id: NodeId }
  /** Changed here, and in the cloud deleted or changed too: from now on a new item here, with a new id. */
  /** With all that is in it (`whole`), or, of a folder, with only that of it which changed too. */
  | { readonly op: 'revive_local'; readonly id: NodeId; readonly whole: boolean }
  /** The same item appeared on both sides: the local one takes the cloud's id. */
  | { readonly op: 'adopt'; readonly id: NodeId; readonly remoteId: NodeId }
  // --- the local file is read
  /** It is not left out any more: is it here as it was last known? Only then does what was agreed on count again. */
  | { readonly op: 'take_up'; readonly id: NodeId }
  | { readonly op: 'hash'; readonly id: NodeId }
  // --- the cloud changes
  | { readonly op: 'upload'; readonly id: NodeId }
  | { readonly op: 'mkdir_remote'; readonly id: NodeId }
  | { readonly op: 'move_remote'; readonly id: NodeId; readonly to: Place }
  /**
   * Changes that wait for each other in a circle (a swap, a rotation, a folder replaced by its own child), all or none.
   * In an order in which a parent comes before what goes into it; `items` counts what is deleted.
   */
  | { readonly op: 'rearrange_remote'; readonly id: NodeId; readonly steps: readonly RemoteStep[]; readonly items: number }
  /** A folder with all that is below it. */
  | { readonly op: 'delete_remote'; readonly id: NodeId; readonly items: number }
  // --- the disk changes
  | { readonly op: 'download'; readonly id: NodeId }
  | { readonly op: 'mkdir_local'; readonly id: NodeId }
  | { readonly op: 'move_local'; readonly id: NodeId; readonly to: Place }
  /** Out of the way, so that a swap or a rotation can be made here. */
  | { readonly op: 'park_local'; readonly id: NodeId }
  | { readonly op: 'delete_local'; readonly id: NodeId; readonly items: number }
  /** Not kept on this device: out of the folder, since the cloud has it as it is here. Nobody's deletion. */
  | { readonly op: 'drop_copy'; readonly id: NodeId }
  /** The cloud has another item of this name: the one here is renamed and keeps its id. `otherHere`: the place here that this one has. */
  | {
      readonly op: 'rename_aside';
      readonly id: NodeId;
      readonly name: string;
      readonly inFavourOf: NodeId;
      readonly otherHere: Place | null;
    };

export type OperationKind = Operation['op'];

/** Deletions that need a yes first (SYNC-SPEC 13). */
export interface MassDeletion {
  /** Where the items are gone. */
  readonly side: DeletedSide;
  /** The tops of what is gone. */
  readonly ids: readonly NodeId[];
  readonly items: number;
  /** Items of the same deletion that went before it was large enough to ask. */
  readonly goneBefore: number;
}

export interface Blocked {
  readonly id: NodeId;
  readonly reason: ErrorData;
}

export interface Plan {
  readonly operations: readonly Operation[];
  readonly massDeletions: readonly MassDeletion[];
  /** Items that only a person can help. */
  readonly blocked: readonly Blocked[];
  /** Items that wait for another operation, of this plan or under way. */
  readonly waiting: readonly NodeId[];
}
