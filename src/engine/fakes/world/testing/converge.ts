import type { NodeId } from '../../../model/index.ts';
import { Impossible, type Operation, plan, type Plan, type Policy } from '../../../plan/index.ts';
import { SeededRandom } from '../../random.ts';
import type { AbstractWorld } from '../abstract-world.ts';
import { unsettled } from './ends.ts';
import { brokenRule } from './step-rules.ts';

export const POLICY: Policy = {
  deviceName: 'Desk',
  day: '2026-03-01',
  caseSensitive: true,
  canHold: () => true,
  busy: () => false,
  deleteApproved: () => true,
  keep: () => false,
  massDelete: { items: 1e9, halfOfTree: 1e9, wholeTree: 1e9 },
  deletedLately: () => ({ items: 0, gone: 0 }),
};

/** SYNC-SPEC has no number; a deep tree takes a round a level, and no world here is near as deep. */
export const MAX_ROUNDS = 200;

export function shuffled<T>(values: readonly T[], random: SeededRandom): T[] {
  return values
    .map((value) => ({ value, key: random.next() }))
    .sort((x, y) => x.key - y.key)
    .map(({ value }) => value);
}

export interface Course {
  readonly order: number;
  readonly policy?: Policy;
  /** What is not possible may be planned: it is refused, as the executor and the cloud would. */
  readonly refused?: boolean;
  /** Sees each operation before it is made. */
  readonly before?: (operation: Operation) => void;
}

/** Plans and runs all of each plan, in an order of its own, until a plan is empty; answers that last plan. */
export function converge(world: AbstractWorld, { order, policy = POLICY, refused = false, before = () => undefined }: Course): Plan {
  const random = new SeededRandom(order);
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const next = plan(world, world.ids(), policy);
    if (next.operations.length === 0) return next;
    let made = 0;
    for (const operation of shuffled(next.operations, random)) {
      try {
        const broken = refused ? undefined : brokenRule(world, operation);
        if (broken !== undefined) throw new Error(`SYNC-SPEC ${broken}: ${JSON.stringify(operation)}`);
        before(operation);
        if (refused) {
          if (attempt(world, operation)) made += 1;
        } else {
          world.apply(operation);
          made += 1;
        }
      } catch (error) {
        const operations = next.operations.map((one) => JSON.stringify(one)).join('\n');
        throw new Error(`round ${round}: ${String(error)}\n${operations}\nat that moment\n${describeWorld(world)}`, { cause: error });
      }
    }
    if (made === 0) return next;
  }
  throw new Error(`not settled after ${MAX_ROUNDS} rounds\n${describeWorld(world)}`);
}

/**
 * As the engine does it: operations take their time, and what others are about is planned meanwhile. Now and then one
 * fails, or is refused since another came first; both are planned again.
 */
export function convergeAtLeisure(world: AbstractWorld, { order, policy = POLICY }: Course): Plan {
  const random = new SeededRandom(order);
  const underWay: Operation[] = [];
  for (let round = 1; round <= MAX_ROUNDS * 5; round += 1) {
    const busy = new Set(underWay.flatMap(idsOf));
    const made = plan(world, world.ids(), { ...policy, busy: (id) => busy.has(id) });
    if (made.operations.length === 0 && underWay.length === 0) return made;
    underWay.push(...made.operations);
    for (let ended = 1 + random.below(underWay.length); ended > 0; ended -= 1) {
      const [operation] = underWay.splice(random.below(underWay.length), 1);
      if (operation !== undefined && random.below(5) > 0) attempt(world, operation);
    }
  }
  throw new Error(`not settled after ${MAX_ROUNDS * 5} rounds\n${describeWorld(world)}`);
}

export const idsOf = (operation: Operation): readonly NodeId[] =>
  operation.op === 'rearrange_remote' ? [operation.id, ...operation.steps.map((step) => step.id)] : [operation.id];

/** All of the operation, or nothing when the world is not as it was planned from; false then. */
export function attempt(world: AbstractWorld, operation: Operation): boolean {
  try {
    world.clone().apply(operation);
  } catch (error) {
    if (error instanceof Impossible) return false;
    throw error;
  }
  world.apply(operation);
  return true;
}

export function describeWorld(world: AbstractWorld): string {
  const line = (node: { id: string; parentId: string; name: string; kind: string }) =>
    `${node.kind} ${node.id.slice(-3)} in ${node.parentId.slice(-3)} as ${node.name}`;
  return (['remote', 'local', 'synced'] as const)
    .map((tree) => `${tree}: ${[...world[tree].values()].map(line).sort().join(', ')}`)
    .join('\n');
}

/** As the engine's plan loop: only what waited and what an operation touched is planned again. */
export function convergeByDirt(world: AbstractWorld, { order, policy = POLICY }: Course): void {
  const random = new SeededRandom(order);
  let dirty: ReadonlySet<NodeId> = new Set(unsettled(world));
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const { operations, waiting, blocked } = plan(world, dirty, policy);
    if (operations.length === 0) return;
    const next = new Set([...waiting, ...blocked.map(({ id }) => id)]);
    for (const operation of shuffled(operations, random)) {
      for (const id of touchedBy(world, operation)) next.add(id);
      const known = world.ids();
      world.apply(operation);
      for (const id of world.ids()) if (!known.has(id)) next.add(id);
      for (const id of touchedBy(world, operation)) next.add(id);
    }
    dirty = next;
  }
  throw new Error(`not settled after ${MAX_ROUNDS} rounds\n${describeWorld(world)}`);
}

/** What the executor tells of an operation: its items, and what is in them where their folder is another now. */
function touchedBy(world: AbstractWorld, operation: Operation): readonly NodeId[] {
  if (operation.op === 'settle' || operation.op === 'forget') return [];
  const ids = operation.op === 'adopt' ? [operation.id, operation.remoteId] : idsOf(operation);
  return ids.flatMap((id) => [id, ...[...world.local.children(id), ...world.remote.children(id)].map((child) => child.id)]);
}
