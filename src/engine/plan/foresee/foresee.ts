import { nameKey } from '../../../base/index.ts';
import {
  type LocalFile,
  type LocalNode,
  type NodeId,
  PARKED_ID,
  type RemoteNode,
  ROOT_ID,
  type SyncedNode,
  type Trees,
  withBelow,
} from '../../model/index.ts';
import { deletedBy } from '../mass-deletion.ts';
import type { Operation, Plan, RemoteStep } from '../operations.ts';
import { plan } from '../plan.ts';
import type { Policy } from '../policy.ts';
import { carryOut } from './carry-out.ts';
import { OverlayTree } from './overlay-tree.ts';

/** One thing that would be done, as a person counts: bookkeeping, reading and steps aside are left out. */
export interface ForeseenStep {
  readonly kind:
    | 'upload'
    | 'download'
    | 'mkdir_remote'
    | 'mkdir_local'
    | 'move_remote'
    | 'move_local'
    | 'delete_remote'
    | 'delete_local'
    /** Not kept on this device any more; the cloud has it. */
    | 'drop_copy'
    | 'rename_aside';
  readonly path: string;
  /** Where it was before a move; the name under which the version of this device is kept. */
  readonly otherPath: string | null;
  readonly sizeBytes: number | null;
  /** Of a deletion: the item and all below it. */
  readonly items: number;
}

export interface Foresight {
  readonly steps: readonly ForeseenStep[];
  /** Rounds in which anything was done but write down that both sides agree. */
  readonly rounds: number;
  /** Items that are on both sides already and only have to be matched. */
  readonly matched: number;
  /** Files that were not read since they changed, and are taken for changed. */
  readonly unread: number;
  /** What is left over: questions, and what only a person can help. */
  readonly last: Plan;
  /** False when it did not come to rest; then the steps are only a beginning. */
  readonly settles: boolean;
  /** Both sides and the agreement as they would then be. */
  readonly end: Trees;
}

const MAX_ROUNDS = 2000;

/** Everything that would be done until nothing is left, if nobody changed anything meanwhile. The trees stay as they are. */
export function foresee(trees: Trees, dirty: Iterable<NodeId>, policy: Policy): Foresight {
  let touched = new Set<NodeId>(dirty);
  const note = (id: NodeId): void => void touched.add(id);
  const world = {
    remote: new OverlayTree<RemoteNode>(trees.remote, note),
    local: new OverlayTree<LocalNode>(trees.local, note),
    synced: new OverlayTree<SyncedNode>(trees.synced, note),
  };
  let serial = 0;
  // No id of the cloud begins with a letter that is no hex digit.
  const next = (prefix: string): string => `${prefix}${(serial += 1).toString(16).padStart(31, '0')}`;
  let unread = 0;
  const makers = {
    caseSensitive: policy.caseSensitive,
    nextId: () => next('x'),
    nextRevision: () => next('y'),
    contentOf: (file: LocalFile) => {
      if (hasTwin(trees, file)) unread += 1;
      return { size: file.stat.size, hash: `unread ${file.id}`, blocks: [] };
    },
  };
  const steps: ForeseenStep[] = [];
  const from = new Map<NodeId, string>();
  let matched = 0;
  let rounds = 0;
  const gone = { here: 0, cloud: 0 };
  // As it will be then: what went without a question in one round counts in those after it.
  const deletedLately: Policy['deletedLately'] = (side) => {
    const { items, gone: left } = policy.deletedLately(side);
    return { items: items + gone[side], gone: left + gone[side] };
  };
  for (let round = 0; ; round += 1) {
    const made = plan(world, touched, { ...policy, deletedLately });
    if (made.operations.length === 0 || round === MAX_ROUNDS) {
      return { steps, rounds, matched, unread, last: made, settles: made.operations.length === 0, end: world };
    }
    if (made.operations.some(({ op }) => op !== 'settle' && op !== 'forget' && op !== 'set_aside')) rounds += 1;
    touched = new Set([...made.waiting, ...made.blocked.map(({ id }) => id)]);
    for (const operation of made.operations) {
      if (operation.op === 'adopt') matched += 1;
      for (const step of asSteps(world, operation, from)) steps.push(step);
      const deleted = deletedBy(operation);
      if (deleted.length > 0 && 'items' in operation && !deleted.every((id) => policy.deleteApproved(id)))
        gone[operation.op === 'delete_local' ? 'cloud' : 'here'] += operation.items;
      carryOut(world, operation, makers);
    }
  }
}

/** The cloud has, or had, a file that this one may be the same as. */
function hasTwin(trees: Trees, file: LocalFile): boolean {
  if (trees.remote.get(file.id) !== undefined || trees.synced.get(file.id) !== undefined) return true;
  for (const node of trees.remote.named(file.parentId, nameKey(file.name)))
    if (node.kind === 'file' && node.content.size === file.stat.size) return true;
  return false;
}

interface Overlays {
  readonly remote: OverlayTree<RemoteNode>;
  readonly local: OverlayTree<LocalNode>;
}

/** @param parked where what was set aside had been */
function asSteps(world: Overlays, operation: Operation, parked: Map<NodeId, string>): readonly ForeseenStep[] {
  const { id } = operation;
  const here = (): string => world.local.path(id, ROOT_ID);
  const there = (at = id): string => world.remote.path(at, ROOT_ID);
  const step = (kind: ForeseenStep['kind'], path: string, more: Partial<ForeseenStep> = {}): readonly ForeseenStep[] => [
    { kind, path, otherPath: null, sizeBytes: null, items: 1, ...more },
  ];
  switch (operation.op) {
    case 'upload': {
      const local = world.local.get(id);
      return step('upload', here(), { sizeBytes: local?.kind === 'file' ? local.stat.size : null });
    }
    case 'download': {
      const remote = world.remote.get(id);
      return step('download', there(), { sizeBytes: remote?.kind === 'file' ? remote.content.size : null });
    }
    case 'mkdir_remote':
      return step('mkdir_remote', here());
    case 'mkdir_local':
      return step('mkdir_local', there());
    case 'move_remote':
      return step('move_remote', here(), { otherPath: there() });
    case 'rearrange_remote':
      return operation.steps.flatMap((one) => ofGroup(one, there(one.id), world));
    case 'delete_remote':
      return step('delete_remote', there(), { items: operation.items });
    case 'park_local':
      parked.set(id, here());
      return [];
    case 'move_local': {
      const before = world.local.get(id)?.parentId === PARKED_ID ? (parked.get(id) ?? null) : here();
      const folder = operation.to.parentId === ROOT_ID ? '' : `${world.local.path(operation.to.parentId, ROOT_ID)}/`;
      return step('move_local', folder + operation.to.name, { otherPath: before });
    }
    case 'delete_local':
      return step('delete_local', here(), { items: operation.items });
    case 'drop_copy':
      return step('drop_copy', here(), { items: withBelow(world.local, id).length });
    case 'rename_aside': {
      const path = here();
      return step('rename_aside', path, { otherPath: path.slice(0, path.lastIndexOf('/') + 1) + operation.name });
    }
    default:
      return [];
  }
}

function ofGroup(one: RemoteStep, before: string, world: Overlays): readonly ForeseenStep[] {
  const base = { otherPath: null, sizeBytes: null, items: 1 };
  switch (one.step) {
    case 'mkdir':
      return [{ ...base, kind: 'mkdir_remote', path: world.local.path(one.id, ROOT_ID) }];
    case 'move':
      return [{ ...base, kind: 'move_remote', path: world.local.path(one.id, ROOT_ID), otherPath: before }];
    case 'delete':
      // What is still here leaves the folder in the same group.
      return [
        {
          ...base,
          kind: 'delete_remote',
          path: before,
          items: withBelow(world.remote, one.id).filter((id) => world.local.get(id) === undefined).length,
        },
      ];
  }
}
