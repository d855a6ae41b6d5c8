import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbstractWorld } from '../fakes/world/abstract-world.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
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

function build(base: readonly { folder: boolean; into: number; name: string }[]): AbstractWorld {
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

/** Hashes that someone wrote and that must be found at the end. */
function perturb(world: AbstractWorld, side: 'remote' | 'local', actions: readonly Action[]): void {
  for (const [step, { kind, which, into, name }] of actions.entries()) {
    const nodes = [...world[side].values()].sort((x, y) => (x.id < y.id ? -1 : 1));
    const folders = [ROOT_ID, ...nodes.filter((node) => node.kind === 'folder').map((node) => node.id)];
    const node = nodes[which % Math.max(1, nodes.length)];
    const parentId = folders[into % folders.length] ?? ROOT_ID;
    const fresh = `${side}-${String(step)}`;
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

function hashes(world: AbstractWorld, side: 'remote' | 'local'): Set<string> {
  const all = new Set<string>();
  for (const node of world[side].values()) {
    if (node.kind === 'file') all.add(node.content === null ? (world.unread.get(node.id) ?? '?') : node.content.hash);
  }
  return all;
}

function shuffled(operations: readonly Operation[], seed: number): Operation[] {
  let state = seed + 1;
  return operations
    .map((operation) => {
      state = (Math.imul(state, 48271) + 11) >>> 0;
      return { operation, key: state };
    })
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

function converge(world: AbstractWorld, order: number): { rounds: number; last: Plan } {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const next = plan(world, world.ids(), POLICY);
    if (next.operations.length === 0) return { rounds: round, last: next };
    const before = describeWorld(world);
    try {
      for (const operation of shuffled(next.operations, order + round)) world.apply(operation);
    } catch (error) {
      throw new Error(
        `round ${String(round)}: ${String(error)}\n${next.operations.map((operation) => JSON.stringify(operation)).join('\n')}\n${before}`,
      );
    }
  }
  throw new Error(`not settled after ${String(MAX_ROUNDS)} rounds`);
}

const RUNS = Number(process.env['TIDEMARK_PLANNER_RUNS'] ?? 20_000);
const options: fc.Parameters<unknown> = {
  numRuns: RUNS,
  ...(process.env['TIDEMARK_PLANNER_SEED'] === undefined ? {} : { seed: Number(process.env['TIDEMARK_PLANNER_SEED']) }),
  ...(process.env['TIDEMARK_PLANNER_PATH'] === undefined ? {} : { path: process.env['TIDEMARK_PLANNER_PATH'] }),
};

describe('the planner, over random triples of trees', () => {
  it('settles, loses nothing that anyone wrote, and ends with three equal trees', () => {
    fc.assert(
      fc.property(seeds, ({ base, here, there, order }) => {
        const world = build(base);
        perturb(world, 'local', here);
        perturb(world, 'remote', there);
        const written = [...hashes(world, 'local'), ...hashes(world, 'remote')].filter((hash) => !hash.startsWith('base-'));
        const { last } = converge(world, order);
        expect(last.waiting, describeWorld(world)).toEqual([]);
        expect(last.blocked).toEqual([]);
        expect(world.listing('local')).toEqual(world.listing('remote'));
        expect(world.synced.size).toBe(world.remote.size);
        const kept = hashes(world, 'remote');
        expect(written.filter((hash) => !kept.has(hash))).toEqual([]);
      }),
      options,
    );
  });

  it('takes a one-sided change as the result', () => {
    fc.assert(
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
      options,
    );
  });

  it('gives the same end whatever the order inside a batch', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), ({ base, here, there, order }, other) => {
        const world = build(base);
        perturb(world, 'local', here);
        perturb(world, 'remote', there);
        const again = world.clone();
        for (const [id, hash] of world.unread) again.unread.set(id, hash);
        converge(world, order);
        converge(again, other);
        expect(again.listing('remote')).toEqual(world.listing('remote'));
      }),
      options,
    );
  });

  it('plans the same for a dirty set as for everything', () => {
    fc.assert(
      fc.property(seeds, ({ base, here, there }) => {
        const world = build(base);
        perturb(world, 'local', here);
        perturb(world, 'remote', there);
        const divergent = [...world.ids()].filter(
          (id) => plan(world, [id], POLICY).operations.length > 0 || plan(world, [id], POLICY).waiting.length > 0,
        );
        const byKey = (next: Plan) => [...next.operations].map((operation) => JSON.stringify(operation)).sort();
        expect(byKey(plan(world, divergent, POLICY))).toEqual(byKey(plan(world, world.ids(), POLICY)));
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });
});
