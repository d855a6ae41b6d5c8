import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { brokenTrees, brokenWorld } from '../fakes/world/testing/broken-trees.ts';
import { converge } from '../fakes/world/testing/converge.ts';
import { Properties } from '../fakes/world/testing/properties.ts';
import { plan } from './index.ts';
import { POLICY } from '../fakes/world/testing/converge.ts';

const { holds, counted } = bound(new Properties('total.property.test.ts', 4));
function bound(p: Properties) {
  return { holds: p.holds.bind(p) as Properties['holds'], counted: () => p.counted() };
}

describe('the planner, over trees that make no sense', () => {
  holds('never throws', 2, fc.tuple(brokenTrees, fc.boolean()), ([trees, caseSensitive]) => {
    const world = brokenWorld(trees);
    plan(world, world.ids(), { ...POLICY, caseSensitive });
  });
  holds('ends', 2, fc.tuple(brokenTrees, fc.nat()), ([trees, order]) => {
    const world = brokenWorld(trees);
    converge(world, { order, refused: true });
  });
  counted();
});
void expect;
