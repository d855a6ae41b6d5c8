import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { brokenTrees, brokenWorld } from '../fakes/world/testing/broken-trees.ts';
import { converge, describeWorld, idsOf, POLICY, shuffled } from '../fakes/world/testing/converge.ts';
import { hashes, lost } from '../fakes/world/testing/ends.ts';
import { Properties } from '../fakes/world/testing/properties.ts';
import { SeededRandom } from '../fakes/random.ts';
import { plan } from './index.ts';

const properties = new Properties('total.property.test.ts', 4);

describe('the planner, over trees that make no sense', () => {
  properties.holds(
    'never throws, decides an item once, and says the same in whatever order it is asked',
    3,
    fc.record({ trees: brokenTrees, caseSensitive: fc.boolean(), order: fc.nat(), share: fc.nat(3) }),
    ({ trees, caseSensitive, order, share }) => {
      const world = brokenWorld(trees);
      const random = new SeededRandom(order);
      const dirty = [...world.ids()].filter(() => share === 0 || random.below(4) < share);
      const policy = { ...POLICY, caseSensitive };
      const made = plan(world, dirty, policy);
      expect(plan(world, shuffled(dirty, random), policy)).toEqual(made);
      const ids = made.operations.flatMap((operation) => [...new Set(idsOf(operation))]);
      expect(ids).toHaveLength(new Set(ids).size);
    },
  );

  properties.holds(
    'comes to an end in which nothing is left that could be done, and loses nothing that only one side has',
    1,
    fc.tuple(brokenTrees, fc.nat()),
    ([trees, order]) => {
      const world = brokenWorld(trees);
      const written = [...hashes(world, 'remote'), ...hashes(world, 'local')].filter((hash) => !hash.startsWith('agreed-'));
      // What such trees promise need not be possible; then it is refused, and the rest goes on.
      converge(world, { order, refused: true });
      expect(lost(world, written), describeWorld(world)).toEqual([]);
    },
  );

  properties.counted();
});
