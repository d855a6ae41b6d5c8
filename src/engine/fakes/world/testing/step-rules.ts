import { type LocalNode, PARKED_ID, type RemoteNode } from '../../../model/index.ts';
import { samePlace } from '../../../plan/index.ts';
import type { Operation, RemoteStep } from '../../../plan/index.ts';
import type { AbstractWorld } from '../abstract-world.ts';

/**
 * What SYNC-SPEC allows an operation to do, looked at when it is about to be made, whoever planned it. Each rule is told
 * from the trees alone and by other means than the planner's.
 * @returns what is broken, with the rule's number; undefined when all is well
 */
export function brokenRule(world: AbstractWorld, operation: Operation): string | undefined {
  const { id } = operation;
  const remote = world.remote.get(id);
  const local = world.local.get(id);
  const synced = world.synced.get(id);
  const agreedHash = synced?.kind === 'file' ? synced.hash : undefined;
  switch (operation.op) {
    case 'upload':
      if (remote === undefined) return undefined;
      if (hashOf(remote) === hashOf(local)) return '6: sends bytes that the cloud has';
      return hashOf(remote) === agreedHash ? undefined : '5: writes over a version that nobody here has seen';
    case 'download':
      if (local === undefined) return undefined;
      if (hashOf(remote) === hashOf(local)) return '6: fetches bytes that are here';
      return hashOf(local) === agreedHash ? undefined : '5: writes over a version that the cloud does not have';
    case 'move_remote':
      return remote !== undefined && synced !== undefined && samePlace(remote, synced) ? undefined : "6: not the cloud's place wins";
    case 'rearrange_remote':
      return wronglyRearranged(world, operation.steps);
    case 'delete_remote':
      return wronglyDeleted(world, 'remote', id);
    case 'delete_local':
      return wronglyDeleted(world, 'local', id);
    case 'rename_aside': {
      const winner = world.remote.get(operation.inFavourOf);
      if (local === undefined || winner === undefined) return '5: steps aside for nothing';
      const equal = local.kind === 'file' && winner.kind === 'file' && hashOf(local) === hashOf(winner) && hashOf(local) !== undefined;
      if (equal && remote === undefined && world.local.get(winner.id) === undefined) return '5: a conflict of equal bytes';
      return /\(conflict,.*\(conflict,/u.test(operation.name) ? '5: a conflict of a conflict' : undefined;
    }
    case 'forget':
      return remote === undefined && local === undefined ? undefined : '3: forgets what is still there';
    case 'settle':
      return agree(remote, local) ? undefined : '2: writes down as agreed what differs';
    case 'adopt': {
      const other = world.remote.get(operation.remoteId);
      const equal = local?.kind === other?.kind && hashOf(local) === hashOf(other);
      return equal ? undefined : '5: takes two different versions for one';
    }
    default:
      return undefined;
  }
}

function wronglyRearranged(world: AbstractWorld, steps: readonly RemoteStep[]): string | undefined {
  // What moves out in the same group does not go along.
  const moved = world.clone();
  for (const step of steps) {
    if (step.step === 'delete') continue;
    const [there, agreed] = [world.remote.get(step.id), world.synced.get(step.id)];
    if (step.step === 'mkdir') moved.putRemote(step.id, step.to, 'folder');
    else if (there !== undefined && agreed !== undefined && samePlace(there, agreed)) moved.move('remote', step.id, step.to);
    else return "6: not the cloud's place wins";
  }
  return steps.flatMap((step) => (step.step === 'delete' ? (wronglyDeleted(moved, 'remote', step.id) ?? []) : []))[0];
}

/** Something goes along that the side where it still is changed, or that nobody deleted. */
function wronglyDeleted(world: AbstractWorld, side: 'remote' | 'local', top: string): string | undefined {
  const other = side === 'remote' ? world.local : world.remote;
  for (const id of world.below(side, top)) {
    const node = world[side].get(id);
    const synced = world.synced.get(id);
    if (node === undefined) continue;
    if (other.get(id) !== undefined) return `4: deletes ${node.name}, which the other side has`;
    if (synced === undefined) return `4: deletes ${node.name}, which is new`;
    if (node.parentId !== PARKED_ID && !samePlace(node, synced)) return `4: deletes ${node.name}, which was moved`;
    if (node.kind === 'file' && hashOf(node) === undefined) return `8: deletes ${node.name}, whose content nobody knows`;
    if (node.kind === 'file' && hashOf(node) !== (synced.kind === 'file' ? synced.hash : undefined))
      return `4: deletes ${node.name}, which was edited`;
  }
  return undefined;
}

const hashOf = (node: RemoteNode | LocalNode | undefined): string | undefined => (node?.kind === 'file' ? node.content?.hash : undefined);

const agree = (remote: RemoteNode | undefined, local: LocalNode | undefined): boolean =>
  remote !== undefined && local !== undefined && remote.kind === local.kind && samePlace(remote, local) && hashOf(remote) === hashOf(local);
