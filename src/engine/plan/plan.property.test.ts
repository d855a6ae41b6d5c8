import fc from 'fast-check';
import { describe, expect } from 'vitest';
import {
  converge,
  convergeAtLeisure,
  convergeByDirt,
  describeWorld,
  MAX_ROUNDS,
  POLICY,
  shuffled,
} from '../fakes/world/testing/converge.ts';
import { hashes, unsettled, writtenIn } from '../fakes/world/testing/ends.ts';
import { Properties } from '../fakes/world/testing/properties.ts';
import { agreedWorld, bothChanged, perturb, plainSeeds, richSeeds } from '../fakes/world/testing/random-world.ts';
import { SeededRandom } from '../fakes/random.ts';
import type { AbstractWorld } from '../fakes/world/abstract-world.ts';
import { foresee } from './foresee/index.ts';
import { type LocalNode, type NodeId, type RemoteNode, ROOT_ID, type TreeView } from '../model/index.ts';
import { plan, type Plan, type Policy } from './index.ts';

const properties = new Properties('plan.property.test.ts', 10);

function expectSettled(world: AbstractWorld, last: Plan, written: readonly string[]): void {
  expect(last.waiting, describeWorld(world)).toEqual([]);
  expect(last.blocked).toEqual([]);
  expect(world.listing('local')).toEqual(world.listing('remote'));
  expect(unsettled(world)).toEqual([]);
  const kept = hashes(world, 'remote');
  expect(written.filter((hash) => !kept.has(hash))).toEqual([]);
}

describe('the planner, over random triples of trees', () => {
  properties.holds('settles, loses nothing that anyone wrote, and ends with three equal trees', 2, plainSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const written = writtenIn(world);
    expectSettled(world, converge(world, seeds), written);
  });

  properties.holds(
    'takes a one-sided change as the result',
    1,
    fc.tuple(plainSeeds, fc.constantFrom('local' as const, 'remote' as const)),
    ([{ base, here, order }, side]) => {
      const world = agreedWorld(base);
      perturb(world, side, here);
      for (const [id, hash] of world.unread) {
        const node = world.local.get(id);
        if (node?.kind === 'file') world.putLocal(id, node, 'file', hash);
      }
      const wanted = world.listing(side);
      converge(world, { order });
      expect(world.listing('local')).toEqual(wanted);
      expect(world.listing('remote')).toEqual(wanted);
    },
  );

  properties.holds('is foreseen to its end from what is dirty alone, and nothing is left to do there', 1, plainSeeds, (seeds) => {
    const world = bothChanged(seeds);
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
  });

  properties.holds('gives the same end whatever the order inside a batch', 1, fc.tuple(plainSeeds, fc.nat()), ([seeds, other]) => {
    const world = bothChanged(seeds);
    const again = world.clone();
    converge(world, seeds);
    converge(again, { order: other });
    expect(unnumbered(again)).toEqual(unnumbered(world));
  });

  properties.holds('settles too when operations take their time, fail, and are refused', 1, plainSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const written = writtenIn(world);
    expectSettled(world, convergeAtLeisure(world, seeds), written);
  });

  properties.holds('settles when only what an operation touched is planned again', 1, plainSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const written = writtenIn(world);
    convergeByDirt(world, seeds);
    expectSettled(world, plan(world, world.ids(), POLICY), written);
  });

  properties.holds(
    'settles whatever is answered about deletions, and what is to be kept stays',
    1,
    fc.tuple(plainSeeds, fc.nat()),
    ([seeds, answers]) => {
      const world = bothChanged(seeds);
      const written = writtenIn(world);
      const { last, kept } = convergeAnswering(world, seeds.order, answers);
      expectSettled(world, last, [...written, ...kept]);
    },
  );

  properties.holds(
    'plans the same for a dirty set as for everything, in whatever order it is',
    1,
    fc.tuple(richSeeds, fc.nat()),
    ([seeds, order]) => {
      const world = bothChanged(seeds);
      const divergent = unsettled(world);
      const all = plan(world, world.ids(), POLICY);
      expect(plan(world, shuffled(divergent, new SeededRandom(order)), POLICY)).toEqual(plan(world, divergent, POLICY));
      expect(sorted(plan(world, divergent, POLICY))).toEqual(sorted(all));
    },
  );

  properties.holds('asks no clock: dates and stats make no difference', 1, fc.tuple(richSeeds, fc.nat()), ([seeds, times]) => {
    const world = bothChanged(seeds);
    const before = plan(world, world.ids(), POLICY);
    const random = new SeededRandom(times);
    for (const node of [...world.local.values()]) {
      const stat = { ...node.stat, mtimeNs: String(random.below(1e9)), ctimeNs: String(random.below(1e9)), birthtimeNs: '0', ino: '7' };
      if (node.kind === 'file') world.local.set({ ...node, stat: { ...stat, kind: 'file' } });
      else world.local.set({ ...node, stat: { ...stat, kind: 'folder' } });
    }
    for (const node of [...world.remote.values()])
      world.remote.set({ ...node, modifiedAt: random.below(1e9), ...(node.kind === 'file' ? { mtimeMs: random.below(1e9) } : {}) });
    expect(plan(world, world.ids(), POLICY)).toEqual(before);
  });

  properties.counted();
});

const sorted = (made: Plan) => ({
  operations: made.operations.map((operation) => JSON.stringify(operation)).sort(),
  blocked: made.blocked.map(({ id }) => id).sort(),
  waiting: [...made.waiting].sort(),
});

/** Which of two versions gets which number is up to the ids that they are given on the way. */
const unnumbered = (world: AbstractWorld): readonly string[] =>
  [...world.listing('remote')].map(([path, hash]) => `${path.replace(/(, 2026-03-01) \d+\)/gu, '$1)')}: ${hash}`).sort();

/** Every deletion is asked about, and each top that is asked about gets an answer by chance. */
function convergeAnswering(world: AbstractWorld, order: number, answers: number): { last: Plan; kept: readonly string[] } {
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
  let last = converge(world, { order, policy });
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
    last = converge(world, { order, policy });
  }
  return { last, kept };
}

type AnyTree = TreeView<RemoteNode | LocalNode>;

function withBelow(tree: AnyTree, id: NodeId): (RemoteNode | LocalNode)[] {
  const node = tree.get(id);
  return node === undefined ? [] : [node, ...[...tree.children(id)].flatMap((child) => withBelow(tree, child.id))];
}
