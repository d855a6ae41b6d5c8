import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameKey } from '../../base/index.ts';
import { type LocalNode, MapTree, type NodeId, ROOT_ID } from '../model/index.ts';
import { freshStore, idOf, localFile, localFolder } from './testing/store.ts';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map(idOf);
const names = ['plan', 'Plan', 'PLAN', 'é', 'e\u0301', 'ß', 'SS'];
const id = fc.constantFrom(...ids);
const parent = fc.constantFrom(ROOT_ID, ...ids);

type Step =
  | { readonly do: 'put'; readonly id: NodeId; readonly parentId: NodeId; readonly name: string; readonly folder: boolean }
  | { readonly do: 'delete'; readonly id: NodeId }
  | { readonly do: 'rebind'; readonly from: NodeId; readonly to: NodeId }
  /** Everything until the next one, thrown away. */
  | { readonly do: 'roll_back'; readonly steps: readonly Step[] };

const simple: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('put' as const), id, parentId: parent, name: fc.constantFrom(...names), folder: fc.boolean() }),
  },
  fc.record({ do: fc.constant('delete' as const), id }),
  fc.record({ do: fc.constant('rebind' as const), from: id, to: id }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: simple },
  fc.record({ do: fc.constant('roll_back' as const), steps: fc.array(simple, { minLength: 1, maxLength: 5 }) }),
);

interface Tree {
  put(node: LocalNode): void;
  delete(id: NodeId): void;
  rebind(from: NodeId, to: NodeId): void;
}

const node = (put: Extract<Step, { do: 'put' }>): LocalNode =>
  put.folder ? localFolder(put.name, { id: put.id, parentId: put.parentId }) : localFile(put.name, { id: put.id, parentId: put.parentId });

function apply(
  tree: Tree,
  { rebindable }: { rebindable: (from: NodeId, to: NodeId) => boolean },
  step: Exclude<Step, { do: 'roll_back' }>,
): void {
  if (step.do === 'put') tree.put(node(step));
  else if (step.do === 'delete') tree.delete(step.id);
  else if (rebindable(step.from, step.to)) tree.rebind(step.from, step.to);
}

/** What a rebind means, on the map. */
function rebindMap(map: MapTree<LocalNode>, from: NodeId, to: NodeId): void {
  const moved = map.get(from);
  if (moved === undefined) return;
  const children = [...map.children(from)].filter((child) => child.id !== from);
  map.delete(from);
  map.set({ ...moved, id: to, parentId: moved.parentId === from ? to : moved.parentId });
  for (const child of children) map.set({ ...child, parentId: to });
}

const byId = (nodes: Iterable<LocalNode>): LocalNode[] => [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1));

describe('a tree in SQLite', () => {
  it('is a map: any history of puts, deletions, rebindings and rollbacks shows the same tree', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        using store = disposable(freshStore());
        const map = new MapTree<LocalNode>();
        const asMap: Tree = { put: (n) => map.set(n), delete: (i) => map.delete(i), rebind: (from, to) => rebindMap(map, from, to) };
        const rules = {
          rebindable: (from: NodeId, to: NodeId) => store.value.local.get(from) !== undefined && store.value.local.get(to) === undefined,
        };

        for (const one of steps) {
          const roll = one.do === 'roll_back';
          const work = (): void =>
            store.value.transaction((write) => {
              const asStore: Tree = {
                put: (n) => write.putLocal(n),
                delete: (i) => write.deleteLocal(i),
                rebind: (from, to) => write.rebindLocal(from, to),
              };
              for (const each of roll ? one.steps : [one]) {
                if (each.do === 'roll_back') continue;
                if (!roll) apply(asMap, rules, each);
                // The map decides first only by rules that read the store, which has not changed yet.
                apply(asStore, rules, each);
              }
              if (roll) throw new Error('rolled back');
            });
          if (roll) expect(work).toThrow('rolled back');
          else work();

          const { local } = store.value;
          expect(local.size).toBe(map.size);
          for (const each of ids) expect(local.get(each)).toEqual(map.get(each));
          for (const each of [ROOT_ID, ...ids]) {
            expect(byId(local.children(each))).toEqual(byId(map.children(each)));
            for (const name of names) expect(byId(local.named(each, nameKey(name)))).toEqual(byId(map.named(each, nameKey(name))));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

const disposable = <T extends { close(): void }>(value: T): { readonly value: T; [Symbol.dispose](): void } => ({
  value,
  [Symbol.dispose]: () => value.close(),
});
