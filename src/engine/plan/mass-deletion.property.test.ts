import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { AbstractWorld } from '../fakes/world/abstract-world.ts';
import { POLICY } from '../fakes/world/testing/converge.ts';
import { Properties } from '../fakes/world/testing/properties.ts';
import { agreedWorld } from '../fakes/world/testing/random-world.ts';
import { MASS_DELETE_LIMITS, plan, type Plan, type Policy } from './index.ts';

const properties = new Properties('mass-deletion.property.test.ts', 2);

/** Folders of many files, so that every limit is reached now and then. */
const bases = fc.array(fc.record({ folder: fc.nat(9).map((n) => n < 2), into: fc.nat(20) }), { maxLength: 130 });
type Base = readonly { readonly folder: boolean; readonly into: number }[];
const worldOf = (base: Base): AbstractWorld => agreedWorld(base.map((item, index) => ({ ...item, name: `item ${index}` })));

/** Names what goes on the side where somebody deletes, and on the other. */
const sides = fc.constantFrom(
  { side: 'here', gone: 'local', still: 'remote', op: 'delete_remote' } as const,
  { side: 'cloud', gone: 'remote', still: 'local', op: 'delete_local' } as const,
);

/** SYNC-SPEC 13, as it is written there. */
const isMass = (items: number, tree: number): boolean => items >= 100 || (items >= 10 && items >= tree / 2) || (tree >= 5 && items >= tree);

function itemsOf(world: AbstractWorld, tree: 'remote' | 'local', { operations }: Plan): number {
  const tops = operations.filter(({ op }) => op === 'delete_remote' || op === 'delete_local');
  return tops.reduce((sum, { id }) => sum + world.below(tree, id).length, 0);
}

describe('SYNC-SPEC 13, with the limits of every device', () => {
  properties.holds(
    'asks exactly when so much is to go, names all of it, and lets nothing else wait',
    1,
    fc.record({ base: bases, picks: fc.array(fc.nat(200), { maxLength: 120 }), where: sides, lately: fc.nat(120) }),
    ({ base, picks, where, lately }) => {
      const world = worldOf(base);
      for (const pick of picks) {
        const nodes = [...world[where.gone].values()];
        const node = nodes[pick % Math.max(1, nodes.length)];
        if (node !== undefined) world.remove(where.gone, node.id);
      }
      const policy: Policy = {
        ...POLICY,
        massDelete: MASS_DELETE_LIMITS,
        deletedLately: (side) => (side === where.side ? { items: lately, gone: lately } : { items: 0, gone: 0 }),
      };
      const all = plan(world, world.ids(), { ...policy, deleteApproved: () => true });
      const made = plan(world, world.ids(), { ...policy, deleteApproved: () => false });
      const items = itemsOf(world, where.still, all);
      expect(items, 'what is gone is what goes').toBe(world.synced.size - world[where.gone].size);
      if (items > 0 && isMass(items + lately, world.synced.size + lately)) {
        expect(made.operations).toEqual([]);
        expect(made.massDeletions).toMatchObject([{ side: where.side, items, goneBefore: lately }]);
        expect([...(made.massDeletions[0]?.ids ?? [])].sort()).toEqual(all.operations.map(({ id }) => id).sort());
      } else {
        expect(made.massDeletions).toEqual([]);
        expect(made.operations).toEqual(all.operations);
      }
    },
  );

  properties.holds(
    'never lets so much go without a question, in however many steps',
    1,
    fc.record({ base: bases, steps: fc.array(fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }), { maxLength: 12 }), where: sides }),
    ({ base, steps, where }) => {
      const world = worldOf(base);
      const size = world.synced.size;
      for (const picks of steps) {
        for (const pick of picks) {
          const nodes = [...world[where.gone].values()];
          const node = nodes[pick % Math.max(1, nodes.length)];
          if (node !== undefined) world.remove(where.gone, node.id);
        }
        const gone = size - world.synced.size;
        const lately = (side: string) => (side === where.side ? { items: gone, gone } : { items: 0, gone: 0 });
        const policy: Policy = { ...POLICY, massDelete: MASS_DELETE_LIMITS, deleteApproved: () => false, deletedLately: lately };
        for (;;) {
          const { operations } = plan(world, world.ids(), policy);
          if (operations.length === 0) break;
          for (const operation of operations) world.apply(operation);
        }
        expect(isMass(size - world.synced.size, size), `${size - world.synced.size} of ${size}`).toBe(false);
      }
    },
  );

  properties.counted();
});
