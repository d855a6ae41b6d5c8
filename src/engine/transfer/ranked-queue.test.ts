import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackQueue } from './pack-queue.ts';
import { RankedQueue } from './ranked-queue.ts';

describe('a queue by rank', () => {
  it('gives the highest first, and those of one rank in the order they came, whatever comes and goes meanwhile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ what: fc.constantFrom('add', 'add', 'take', 'delete'), rank: fc.integer({ min: 0, max: 3 }) })),
        (steps) => {
          const queue = new RankedQueue<number>();
          let model: { item: number; rank: number }[] = [];
          steps.forEach(({ what, rank }, item) => {
            if (what === 'add') {
              queue.add(item, rank);
              model.push({ item, rank });
            } else if (what === 'delete') {
              const gone = model[rank]?.item ?? -1;
              queue.delete(gone);
              model = model.filter((one) => one.item !== gone);
            } else {
              const [first] = [...model].sort((a, b) => b.rank - a.rank || a.item - b.item);
              expect(queue.peek()).toBe(first?.item);
              expect(queue.take()).toBe(first?.item);
              model = model.filter((one) => one !== first);
            }
            expect(queue.size).toBe(model.length);
          });
        },
      ),
    );
  });

  it('costs little with a hundred thousand that come in any order', () => {
    const queue = new PackQueue<{ size: number; rank: number }>();
    const started = performance.now();
    for (let index = 0; index < 100_000; index += 1) {
      const rank = (index * 7919) % 100_003;
      queue.add({ size: 1000, rank }, 'small', rank);
    }
    let [before, astray] = [Number.POSITIVE_INFINITY, 0];
    for (let pack = queue.take(1_000_000, 500); pack.length > 0; pack = queue.take(1_000_000, 500)) {
      for (const { rank } of pack) {
        if (rank > before) astray += 1;
        before = rank;
      }
    }
    expect(astray).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
