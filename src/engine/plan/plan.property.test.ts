import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/random.ts';
import { AbstractWorld } from '../fakes/world/abstract-world.ts';
import { foresee, Impossible } from './foresee/index.ts';
import { type LocalNode, type NodeId, type RemoteNode, ROOT_ID, type TreeView } from '../model/index.ts';
import { type Operation, plan, type Plan, type Policy } from './index.ts';

const POLICY: Policy = {
  deviceName: 'Desk',
  day: '2026-03-01',
  caseSensitive: true,
  canHold: () => true,
  busy: () => false,
  deleteApproved: () => true,
  keep: () => false,
  massDelete: { items: 1e9, halfOfTree: 1e9, wholeTree: 1e9 },
};

const MAX_ROUNDS = 200;
const NAMES = ['a', 'b', 'c', 'd.txt'];

/** One thing a person does on one side; numbers choose among what is there, so that every sequence is legal. */
const action = fc.record({
  kind: fc.constantFrom('edit', 'edit_unread', 'delete', 'move', 'move', 'move', 'swap', 'add_file', 'add_folder', 'same_add'),
  which: fc.nat(50),
  into: fc.nat(50),
  name: fc.constantFrom(...NAMES),
});
type Action = { kind: string; which: number; into: number; name: string };

const seeds = fc.record({
  base: fc.array(fc.record({ folder: fc.boolean(), into: fc.nat(20), name: fc.constantFrom(...NAMES) }), { maxLength: 12 }),
  here: fc.array(action, { maxLength: 8 }),
  there: fc.array(action, { maxLength: 8 }),
  order: fc.nat(),
});

type Base = readonly { folder: boolean; into: number; name: string }[];

function build(base: Base): AbstractWorld {
  const world = new AbstractWorld();
  const folders: NodeId[] = [ROOT_ID];
  for (const { folder, into, name } of base) {
    const parentId = folders[into % folders.length] ?? ROOT_ID;
    if (!world.canPut('remote', { parentId, name })) continue;
    const id = world.nextId();
    world.putRemote(id, { parentId, name }, folder ? 'folder' : 'file', `base-${id}`);
    world.putLocal(id, { parentId, name }, folder ? 'folder' : 'file', `base-${id}`);
    world.settle(id);
    if (folder) folders.push(id);
  }
  return world;
}

function perturb(world: AbstractWorld, side: 'remote' | 'local', actions: readonly Action[]): void {
  for (const [step, { kind, which, into, name }] of actions.entries()) {
    const nodes = [...world[side].values()].sort((x, y) => (x.id < y.id ? -1 : 1));
    const folders = [ROOT_ID, ...nodes.filter((node) => node.kind === 'folder').map((node) => node.id)];
    const node = nodes[which % Math.max(1, nodes.length)];
    const parentId = folders[into % folders.length] ?? ROOT_ID;
    const fresh = `${side}-${step}`;
    switch (kind) {
      case 'edit':
      case 'edit_unread':
        if (node?.kind !== 'file') break;
        if (side === 'remote') world.putRemote(node.id, node, 'file', fresh);
        else {
          world.putLocal(node.id, node, 'file', kind === 'edit' ? fresh : null);
          world.unread.set(node.id, fresh);
        }
        break;
      case 'delete':
        if (node !== undefined) world.remove(side, node.id);
        break;
      case 'move':
        if (node !== undefined && world.canMove(side, node.id, { parentId, name })) world.move(side, node.id, { parentId, name });
        break;
      case 'swap': {
        const other = nodes[into % Math.max(1, nodes.length)];
        if (node === undefined || other === undefined || node.id === other.id) break;
        const [one, two] = [
          { parentId: node.parentId, name: node.name },
          { parentId: other.parentId, name: other.name },
        ];
        const copy = world.clone();
        copy.move(side, node.id, two);
        copy.move(side, other.id, one);
        if (copy.canMove(side, node.id, two) && copy.canMove(side, other.id, one)) {
          world.move(side, node.id, two);
          world.move(side, other.id, one);
        }
        break;
      }
      default: {
        if (!world.canPut(side, { parentId, name })) break;
        const id = world.nextId().replace('a', side === 'remote' ? 'c' : 'd');
        const hash = kind === 'same_add' ? 'same' : fresh;
        if (side === 'remote') world.putRemote(id, { parentId, name }, kind === 'add_folder' ? 'folder' : 'file', hash);
        else world.putLocal(id, { parentId, name }, kind === 'add_folder' ? 'folder' : 'file', hash);
      }
    }
  }
}

/** What the files of one side hold, also those that were not read yet. */
function hashes(world: AbstractWorld, side: 'remote' | 'local'): Set<string> {
  const all = new Set<string>();
  for (const node of world[side].values()) {
    if (node.kind === 'file') all.add(node.content === null ? (world.unread.get(node.id) ?? '?') : node.content.hash);
  }
  return all;
}

function shuffled(operations: readonly Operation[], seed: number): Operation[] {
  const random = new SeededRandom(seed);
  return operations
    .map((operation) => ({ operation, key: random.next() }))
    .sort((x, y) => x.key - y.key)
    .map(({ operation }) => operation);
}

function describeWorld(world: AbstractWorld): string {
  const line = (node: { id: string; parentId: string; name: string }) =>
    `${node.id.slice(-3)} in ${node.parentId.slice(-3)} as ${node.name}`;
  return (['remote', 'local', 'synced'] as const)
    .map((tree) => `${tree}: ${[...world[tree].values()].map(line).sort().join(', ')}`)
    .join('\n');
}

/** Plans and runs all of each plan, in an order of its own, until a plan is empty; answers that last plan. */
function converge(world: AbstractWorld, order: number, policy = POLICY): Plan {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const next = plan(world, world.ids(), policy);
    if (next.operations.length === 0) return next;
    const before = describeWorld(world);
    try {
      for (const operation of shuffled(next.operations, order + round)) world.apply(operation);
    } catch (error) {
      const operations = next.operations.map((operation) => JSON.stringify(operation)).join('\n');
      throw new Error(`round ${round}: ${String(error)}\n${operations}\n${before}`, { cause: error });
    }
  }
  throw new Error(`not settled after ${MAX_ROUNDS} rounds\n${describeWorld(world)}`);
}

/**
 * As the engine does it: operations take their time, and what others are about is planned meanwhile. Now and then one
 * fails, or is refused since another came first; both are planned again.
 */
function convergeAtLeisure(world: AbstractWorld, order: number): Plan {
  const random = new SeededRandom(order);
  const underWay: Operation[] = [];
  const idsOf = (operation: Operation): readonly NodeId[] =>
    operation.op === 'rearrange_remote' ? operation.steps.map((step) => step.id) : [operation.id];
  for (let round = 1; round <= MAX_ROUNDS * 5; round += 1) {
    const busy = new Set(underWay.flatMap(idsOf));
    const made = plan(world, world.ids(), { ...POLICY, busy: (id) => busy.has(id) });
    if (made.operations.length === 0 && underWay.length === 0) return made;
    underWay.push(...made.operations);
    for (let ended = 1 + random.below(underWay.length); ended > 0; ended -= 1) {
      const [operation] = underWay.splice(random.below(underWay.length), 1);
      if (operation !== undefined && random.below(5) > 0) attempt(world, operation);
    }
  }
  throw new Error(`not settled after ${MAX_ROUNDS * 5} rounds\n${describeWorld(world)}`);
}

/** All of the operation, or nothing when the world is not as it was planned from. */
function attempt(world: AbstractWorld, operation: Operation): void {
  try {
    world.clone().apply(operation);
  } catch (error) {
    if (error instanceof Impossible) return;
    throw error;
  }
  world.apply(operation);
}

const RUNS = Number(process.env['TIDEMARK_PLANNER_RUNS'] ?? 4000);
const SEED = process.env['TIDEMARK_PLANNER_SEED'];
const PATH = process.env['TIDEMARK_PLANNER_PATH'];

/** One property as a test. A failure says how to see it again, and a seed alone repeats the whole run. */
function holds<T>(name: string, share: number, property: fc.IProperty<T>): void {
  const numRuns = Math.ceil(RUNS * share);
  const replay = {
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    ...(PATH === undefined ? {} : { path: PATH, endOnFailure: true }),
  };
  it(
    name,
    () => {
      const details = fc.check(property, { numRuns, ...replay });
      if (!details.failed) return;
      const variables = `TIDEMARK_PLANNER_SEED=${details.seed} TIDEMARK_PLANNER_PATH=${details.counterexamplePath ?? ''}`;
      const command = `npx vitest run --project unit src/engine/plan/plan.property.test.ts -t '${name}'`;
      throw new Error(`${fc.defaultReportMessage(details)}\n\nTo see it again: ${variables} ${command}`, { cause: details.errorInstance });
    },
    Math.max(20_000, numRuns * 20),
  );
}

const bothChanged = (base: Base, here: readonly Action[], there: readonly Action[]): AbstractWorld => {
  const world = build(base);
  perturb(world, 'local', here);
  perturb(world, 'remote', there);
  return world;
};

const writtenIn = (world: AbstractWorld): readonly string[] =>
  [...hashes(world, 'local'), ...hashes(world, 'remote')].filter((hash) => !hash.startsWith('base-'));

function expectSettled(world: AbstractWorld, last: Plan, written: readonly string[]): void {
  expect(last.waiting, describeWorld(world)).toEqual([]);
  expect(last.blocked).toEqual([]);
  expect(world.listing('local')).toEqual(world.listing('remote'));
  expect(world.synced.size).toBe(world.remote.size);
  const kept = hashes(world, 'remote');
  expect(written.filter((hash) => !kept.has(hash))).toEqual([]);
}

describe('the planner, over random triples of trees', () => {
  holds(
    'settles, loses nothing that anyone wrote, and ends with three equal trees',
    1,
    fc.property(seeds, ({ base, here, there, order }) => {
      const world = bothChanged(base, here, there);
      const written = writtenIn(world);
      expectSettled(world, converge(world, order), written);
    }),
  );

  holds(
    'takes a one-sided change as the result',
    0.5,
    fc.property(seeds, fc.constantFrom('local' as const, 'remote' as const), ({ base, here, order }, side) => {
      const world = build(base);
      perturb(world, side, here);
      for (const [id, hash] of world.unread) {
        const node = world.local.get(id);
        if (node?.kind === 'file') world.putLocal(id, node, 'file', hash);
      }
      const wanted = world.listing(side);
      converge(world, order);
      expect(world.listing('local')).toEqual(wanted);
      expect(world.listing('remote')).toEqual(wanted);
    }),
  );

  holds(
    'is foreseen to its end from what is dirty alone, and nothing is left to do there',
    0.5,
    fc.property(seeds, ({ base, here, there }) => {
      const world = bothChanged(base, here, there);
      const before = describeWorld(world);
      const { settles, end, last } = foresee(world, world.ids(), POLICY);
      expect(settles).toBe(true);
      expect(describeWorld(world)).toBe(before);
      const ids = new Set(world.ids());
      const walk = (tree: 'remote' | 'local', at: NodeId): void => {
        for (const node of end[tree].children(at)) {
          ids.add(node.id);
          if (node.kind === 'folder') walk(tree, node.id);
        }
      };
      for (const tree of ['remote', 'local'] as const) walk(tree, ROOT_ID);
      expect(plan(end, ids, POLICY).operations).toEqual([]);
      if (last.blocked.length === 0 && last.massDeletions.length === 0) expect(end.local.size).toBe(end.remote.size);
    }),
  );

  holds(
    'gives the same end whatever the order inside a batch',
    0.5,
    fc.property(seeds, fc.nat(), ({ base, here, there, order }, other) => {
      const world = bothChanged(base, here, there);
      const again = world.clone();
      converge(world, order);
      converge(again, other);
      expect(unnumbered(again)).toEqual(unnumbered(world));
    }),
  );

  holds(
    'settles too when operations take their time, fail, and are refused',
    0.5,
    fc.property(seeds, ({ base, here, there, order }) => {
      const world = bothChanged(base, here, there);
      const written = writtenIn(world);
      expectSettled(world, convergeAtLeisure(world, order), written);
    }),
  );

  holds(
    'settles whatever is answered about deletions, and what is to be kept stays',
    0.5,
    fc.property(seeds, fc.nat(), ({ base, here, there, order }, answers) => {
      const world = bothChanged(base, here, there);
      const written = writtenIn(world);
      const keep = new Set<NodeId>();
      const approved = new Set<NodeId>();
      const policy: Policy = {
        ...POLICY,
        massDelete: { items: 1, halfOfTree: 1, wholeTree: 1 },
        deleteApproved: (id) => approved.has(id),
        keep: (id) => keep.has(id),
      };
      const random = new SeededRandom(answers);
      const kept: string[] = [];
      let last = converge(world, order, policy);
      for (let asked = 0; last.massDeletions.length > 0; asked += 1) {
        expect(asked, 'asks for ever').toBeLessThan(MAX_ROUNDS);
        for (const { side, ids } of last.massDeletions) {
          const gone: AnyTree = side === 'here' ? world.local : world.remote;
          const tree: AnyTree = side === 'here' ? world.remote : world.local;
          for (const id of ids) {
            if (random.below(2) === 0) approved.add(id);
            else {
              for (const node of withBelow(tree, id)) {
                if (gone.get(node.id) !== undefined) continue; // it is only about to move out
                keep.add(node.id);
                if (node.kind === 'file') kept.push(node.content?.hash ?? '');
              }
            }
          }
        }
        last = converge(world, order, policy);
      }
      expectSettled(world, last, [...written, ...kept]);
    }),
  );

  holds(
    'plans the same for a dirty set as for everything',
    0.1,
    fc.property(seeds, ({ base, here, there }) => {
      const world = bothChanged(base, here, there);
      const divergent = [...world.ids()].filter((id) => {
        const { operations, waiting } = plan(world, [id], POLICY);
        return operations.length > 0 || waiting.length > 0;
      });
      const byKey = (next: Plan) => next.operations.map((operation) => JSON.stringify(operation)).sort();
      expect(byKey(plan(world, divergent, POLICY))).toEqual(byKey(plan(world, world.ids(), POLICY)));
    }),
  );
});

/** Which of two versions gets which number is up to the ids that they are given on the way. */
const unnumbered = (world: AbstractWorld): readonly string[] =>
  [...world.listing('remote')].map(([path, hash]) => `${path.replace(/(, 2026-03-01) \d+\)/gu, '$1)')}: ${hash}`).sort();

type AnyTree = TreeView<RemoteNode | LocalNode>;

function withBelow(tree: AnyTree, id: NodeId): (RemoteNode | LocalNode)[] {
  const node = tree.get(id);
  return node === undefined ? [] : [node, ...[...tree.children(id)].flatMap((child) => withBelow(tree, child.id))];
}
