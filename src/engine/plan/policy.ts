import type { LocalNode, NodeId, RemoteNode } from '../model/index.ts';

/** What the planner has to know beyond the trees. */
export interface Policy {
  readonly deviceName: string;
  /** Today in the person's time zone, `YYYY-MM-DD`, for the names of conflict versions. */
  readonly day: string;
  /** False where two names that differ in case only are one. */
  readonly caseSensitive: boolean;
  /** Whether this platform can hold the name. */
  readonly canHold: (name: string) => boolean;
  /** An operation on the item is under way, or its next try is later. */
  readonly busy: (id: NodeId) => boolean;
  /** The person said yes to deleting. */
  readonly deleteApproved: (id: NodeId) => boolean;
  /** The person wants it kept: a deletion of it is answered by bringing it back. */
  readonly keep: (id: NodeId) => boolean;
  readonly massDelete: MassDeleteLimits;
  /** What was deleted shortly before without a question: it counts together with what is to be deleted now. */
  readonly deletedLately: (side: DeletedSide) => DeletedLately;
  /** Tops of what a question that nobody has answered yet is about; nothing when not given. */
  readonly asked?: (side: DeletedSide) => readonly NodeId[];
  /** In no plan for now, and not being deleted: worked on, looked at anew, or resting; nothing when not given. */
  readonly underWay?: () => Iterable<NodeId>;
  /** It failed, and its next try is later; nothing when not given. */
  readonly resting?: (id: NodeId) => boolean;
  /** What this device keeps its hands off; nothing when not given. */
  readonly scope?: PlanScope;
}

/** Where somebody deleted: on this device, or in the cloud. */
export type DeletedSide = 'here' | 'cloud';

export interface DeletedLately {
  /** Items whose deletion was carried out on the other side, or is under way. */
  readonly items: number;
  /** Of these, how many are not in the agreed tree any more. */
  readonly gone: number;
}

/** See `ignore/scope.ts`. */
export interface PlanScope {
  /** Something when a rule, or the person, leaves the item out where that tree has it. */
  readonly at: (side: 'local' | 'remote', node: LocalNode | RemoteNode) => object | undefined;
  /** In a folder of the cloud that is not kept on this device. */
  readonly excluded: (id: NodeId) => boolean;
  /** A rules file that could hold in the folder and is still on its way here: nothing new may be sent or fetched there. */
  readonly awaitedRules: (side: 'local' | 'remote', folder: NodeId) => NodeId | undefined;
  /** Agreed on, and set aside: they are no part of what a deletion is measured against. */
  readonly asideItems: number;
}

export const EVERYTHING: PlanScope = {
  at: () => undefined,
  excluded: () => false,
  awaitedRules: () => undefined,
  asideItems: 0,
};

export interface MassDeleteLimits {
  /** This many items always ask. */
  readonly items: number;
  /** At least this many ask when they are half of the tree. */
  readonly halfOfTree: number;
  /** All of a tree of at least this many asks. */
  readonly wholeTree: number;
}

/** SYNC-SPEC 13. */
export const MASS_DELETE_LIMITS: MassDeleteLimits = { items: 100, halfOfTree: 10, wholeTree: 5 };
