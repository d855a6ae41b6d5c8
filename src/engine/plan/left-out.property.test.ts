import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbstractWorld } from '../fakes/world/abstract-world.ts';
import { SeededRandom } from '../fakes/random.ts';
import { parseRules, type Rules, Scope, type Side } from '../ignore/index.ts';
import { type LocalNode, type NodeId, type RemoteNode, ROOT_ID } from '../model/index.ts';
import { type Operation, plan, type Policy } from './index.ts';

const DELETED = 'deleted';
const MAX_ROUNDS = 200;
const NAMES = ['a', 'b', 'c', 'd.txt'];
const PATTERNS = ['a', 'b/', '/c', '*.txt', '!d.txt', 'a/b', '**/c', 'c/*', '!a'];
const RUNS = Number(process.env['TIDEMARK_PLANNER_RUNS'] ?? 4000);

const action = fc.record({
  kind: fc.constantFrom('edit', 'delete', 'move', 'move', 'swap', 'add_file', 'add_folder'),
  which: fc.nat(50),
  into: fc.nat(50),
  name: fc.constantFrom(...NAMES),
});
type Action = { kind: string; which: number; into: number; name: string };

/** Rules come, people act on both sides, things settle; then other rules, and so on. */
const phase = fc.record({
  rules: fc.array(fc.record({ folder: fc.nat(10), text: fc.constantFrom(...PATTERNS) }), { maxLength: 3 }),
  excluded: fc.array(fc.nat(10), { maxLength: 1 }),
  here: fc.array(action, { maxLength: 5 }),
  there: fc.array(action, { maxLength: 5 }),
});
type Phase = { rules: { folder: number; text: string }[]; excluded: number[]; here: Action[]; there: Action[] };

const histories = fc.record({
  base: fc.array(fc.record({ folder: fc.boolean(), into: fc.nat(20), name: fc.constantFrom(...NAMES) }), { maxLength: 12 }),
  phases: fc.array(phase, { minLength: 1, maxLength: 4 }),
  order: fc.nat(),
});

const contentOf = (node: LocalNode | RemoteNode): string => (node.kind === 'file' ? (node.content?.hash ?? '?') : '');

/** A world with rules, and what is on the disk where no look goes while a rule leaves it out. */
class RuledWorld {
  readonly world = new AbstractWorld();
  #rules = new Map<NodeId, Rules>();
  #excluded = new Set<NodeId>();
  /** Written, and neither deleted nor overwritten by a person. */
  readonly written = new Set<string>();

  scope(): Scope {
    return new Scope({
      local: this.world.local,
      remote: this.world.remote,
      rulesOf: (folder) => this.#rules.get(folder),
      settings: parseRules(''),
      localOnly: new Map(),
      excluded: this.#excluded,
      awaited: new Map(),
    });
  }

  begin(base: readonly { folder: boolean; into: number; name: string }[]): void {
    const { world } = this;
    const folders: NodeId[] = [ROOT_ID];
    for (const { folder, into, name } of base) {
      const parentId = folders[into % folders.length] ?? ROOT_ID;
      if (!world.canPut('remote', { parentId, name })) continue;
      const id = world.nextId();
      for (const put of [world.putRemote.bind(world), world.putLocal.bind(world)])
        put(id, { parentId, name }, folder ? 'folder' : 'file', `base-${id}`);
      world.settle(id);
      if (folder) folders.push(id);
      else this.written.add(`base-${id}`);
    }
  }

  rule({ rules, excluded }: Pick<Phase, 'rules' | 'excluded'>): void {
    const folders = [ROOT_ID, ...[...this.world.remote.values()].filter(({ kind }) => kind === 'folder').map(({ id }) => id)].sort();
    const at = (index: number): NodeId => folders[index % folders.length] ?? ROOT_ID;
    const texts = new Map<NodeId, string>();
    for (const { folder, text } of rules) texts.set(at(folder), `${texts.get(at(folder)) ?? ''}${text}\n`);
    this.#rules = new Map([...texts].map(([folder, text]) => [folder, parseRules(text)]));
    this.#excluded = new Set(excluded.map(at).filter((id) => id !== ROOT_ID));
    this.#look();
  }

  /** A look at what no rule leaves out: what was done there meanwhile shows. */
  #look(): void {
    const { world } = this;
    // What was written, or that it was deleted, while nobody looked; kept where it follows the item to a new id.
    for (const [id, now] of [...world.unread]) {
      const node = world.local.get(id);
      const scope = this.scope();
      if (node !== undefined && scope.leftOut('local', id) !== undefined) continue;
      world.unread.delete(id);
      if (node === undefined) continue;
      if (now === DELETED) world.remove('local', id);
      else if (node.kind === 'file') world.putLocal(id, node, 'file', now);
    }
  }

  act(side: Side, actions: readonly Action[], stamp: string): void {
    for (const [step, one] of actions.entries()) {
      const before = this.#contents(side);
      const hidden = this.#actOnce(side, one, `${side}-${stamp}-${step}`);
      const after = this.#contents(side);
      // Of two items with the same content, a person may have dealt with one here and with the other there.
      for (const [hash, count] of before) if (count > (after.get(hash) ?? 0)) this.written.delete(hash);
      for (const hash of after.keys()) if (!before.has(hash)) this.written.add(hash);
      if (hidden !== undefined) this.written.add(hidden);
    }
  }

  /** How many files of a side hold what. */
  #contents(side: Side): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const node of this.world[side].values())
      if (node.kind === 'file') counts.set(contentOf(node), (counts.get(contentOf(node)) ?? 0) + 1);
    return counts;
  }

  /** What is written where no look goes is not in a row; answered, so that it is not lost either. */
  #actOnce(side: Side, { kind, which, into, name }: Action, fresh: string): string | undefined {
    const { world } = this;
    const scope = this.scope();
    const nodes = [...world[side].values()].sort((x, y) => (x.id < y.id ? -1 : 1));
    const folders = [ROOT_ID, ...nodes.filter((node) => node.kind === 'folder').map((node) => node.id)];
    const node = nodes[which % Math.max(1, nodes.length)];
    const parentId = folders[into % folders.length] ?? ROOT_ID;
    const isHidden = side === 'local' && node !== undefined && scope.leftOut('local', node.id) !== undefined;
    const to = { parentId, name };
    // A new place that is left out is one that no look goes to, so that there it is gone; not played here.
    const shows = (itemKind: 'file' | 'folder'): boolean => side === 'remote' || scope.at('local', { ...to, kind: itemKind }) === undefined;
    switch (kind) {
      case 'edit':
        if (node?.kind !== 'file') return;
        if (!isHidden) {
          if (side === 'local') this.#dismissUnseen(node.id);
          if (side === 'remote') world.putRemote(node.id, node, 'file', fresh);
          else world.putLocal(node.id, node, 'file', fresh);
          return;
        }
        // Over what was edited before without anybody looking, or deleted.
        if (world.unread.has(node.id)) return;
        world.unread.set(node.id, fresh);
        this.written.delete(contentOf(node));
        return fresh;
      case 'delete':
        if (node === undefined) return;
        if (!isHidden) {
          if (side === 'local') this.#dismissUnseen(node.id);
          world.remove(side, node.id);
          return;
        }
        if (world.unread.has(node.id) || node.kind === 'folder') return;
        world.unread.set(node.id, DELETED);
        this.written.delete(contentOf(node));
        return;
      case 'move':
        if (node !== undefined && !isHidden && shows(node.kind) && world.canMove(side, node.id, to)) world.move(side, node.id, to);
        return;
      case 'swap': {
        const other = nodes[into % Math.max(1, nodes.length)];
        if (node === undefined || other === undefined || node.id === other.id || isHidden) return;
        if (side === 'local' && scope.leftOut('local', other.id) !== undefined) return;
        const [one, two] = [node, other].map((at) => ({ parentId: at.parentId, name: at.name })) as [typeof to, typeof to];
        const copy = world.clone();
        copy.move(side, node.id, two);
        copy.move(side, other.id, one);
        if (!copy.canMove(side, node.id, two) || !copy.canMove(side, other.id, one)) return;
        world.move(side, node.id, two);
        world.move(side, other.id, one);
        return;
      }
      default: {
        const itemKind = kind === 'add_folder' ? 'folder' : 'file';
        if (!shows(itemKind) || !world.canPut(side, to)) return;
        const id = world.nextId().replace('a', side === 'remote' ? 'c' : 'd');
        if (side === 'remote') world.putRemote(id, to, itemKind, fresh);
        else world.putLocal(id, to, itemKind, fresh);
      }
    }
  }

  /** A folder goes with what nobody has seen of it. */
  #dismissUnseen(id: NodeId): void {
    const { unread, local } = this.world;
    this.written.delete(unread.get(id) ?? '');
    unread.delete(id);
    for (const child of local.children(id)) this.#dismissUnseen(child.id);
  }

  /** Plans and runs until nothing is left, looking between; nothing left out may be touched. */
  settle(order: number): void {
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      this.#look();
      const scope = this.scope();
      const { operations, blocked, waiting } = plan(this.world, this.world.ids(), policyOf(scope, this.world));
      if (operations.length === 0) {
        // Only what shares a name with something left out may have to wait.
        if (this.#rules.size === 0 && this.#excluded.size === 0) expect({ blocked, waiting }).toEqual({ blocked: [], waiting: [] });
        return;
      }
      for (const operation of shuffled(operations, order + round)) {
        this.#expectHandsOff(operation, scope);
        try {
          this.#apply(operation);
        } catch (error) {
          throw new Error(`${JSON.stringify(operation)}: ${String(error)}\n${this.words()}`, { cause: error });
        }
      }
    }
    throw new Error(`not settled after ${MAX_ROUNDS} rounds\n${this.words()}`);
  }

  /** Rules go on under the id that their folder gets. */
  #apply(operation: Operation): void {
    const { world } = this;
    const before = world.local.get(operation.id);
    world.apply(operation);
    const rules = this.#rules.get(operation.id);
    if (rules === undefined || before === undefined || (operation.op !== 'revive_local' && operation.op !== 'adopt')) return;
    const after = [...world.local.children(before.parentId)].find(({ name }) => name === before.name);
    if (after !== undefined) this.#rules.set(after.id, rules);
  }

  /** Of what is left out when it is planned, only the rows may change. */
  #expectHandsOff(operation: Operation, scope: Scope): void {
    const { world } = this;
    if (['settle', 'forget', 'set_aside', 'revive_local', 'revive_remote', 'adopt', 'hash', 'take_up', 'park_local'].includes(operation.op))
      return;
    const withBelow = (side: Side, id: NodeId): NodeId[] => [
      id,
      ...[...world[side].children(id)].flatMap((child) => withBelow(side, child.id)),
    ];
    const touched = ({ op, id }: { readonly op: string; readonly id: NodeId }): [Side, NodeId][] => {
      if (op === 'delete_local' || op === 'drop_copy') return withBelow('local', id).map((one) => ['local', one]);
      if (op === 'delete_remote' || op === 'delete') return withBelow('remote', id).map((one) => ['remote', one]);
      return [
        ['local', id],
        ['remote', id],
      ];
    };
    const all =
      operation.op === 'rearrange_remote' ? operation.steps.flatMap(({ step, id }) => touched({ op: step, id })) : touched(operation);
    for (const [side, id] of all)
      if (scope.leftOut(side, id) !== undefined) throw new Error(`touches what is left out: ${JSON.stringify(operation)}\n${this.words()}`);
    if (operation.op === 'delete_remote' && withBelow('remote', operation.id).some((id) => scope.excluded(id)))
      throw new Error(`deletes what is only not kept here: ${JSON.stringify(operation)}\n${this.words()}`);
  }

  words(): string {
    const line = (node: { id: string; parentId: string; name: string }) =>
      `${node.id.slice(-3)} in ${node.parentId.slice(-3)} as ${node.name}`;
    return (['remote', 'local', 'synced'] as const)
      .map((tree) => `${tree}: ${[...this.world[tree].values()].map(line).sort().join(', ')}`)
      .join('\n');
  }
}

const policyOf = (scope: Scope, world: AbstractWorld): Policy => ({
  deviceName: 'Desk',
  day: '2026-03-01',
  caseSensitive: true,
  canHold: () => true,
  busy: () => false,
  deleteApproved: () => true,
  keep: () => false,
  massDelete: { items: 1e9, halfOfTree: 1e9, wholeTree: 1e9 },
  deletedLately: () => ({ items: 0, gone: 0 }),
  scope: {
    at: (side, node) => scope.at(side, node),
    excluded: (id) => scope.excluded(id),
    awaitedRules: () => undefined,
    asideItems: [...world.synced.values()].filter(({ aside }) => aside === true).length,
  },
});

function shuffled(operations: readonly Operation[], seed: number): Operation[] {
  const random = new SeededRandom(seed);
  return operations
    .map((operation) => ({ operation, key: random.next() }))
    .sort((x, y) => x.key - y.key)
    .map(({ operation }) => operation);
}

describe('the planner, while rules come and go', () => {
  it(
    'touches nothing that is left out, and once no rule is left all is the same and nothing is lost',
    () => {
      fc.assert(
        fc.property(histories, ({ base, phases, order }) => {
          const ruled = new RuledWorld();
          ruled.begin(base);
          for (const [index, one] of phases.entries()) {
            ruled.rule(one);
            ruled.act('local', one.here, String(index));
            ruled.act('remote', one.there, String(index));
            ruled.settle(order + index * 1000);
          }
          ruled.rule({ rules: [], excluded: [] });
          ruled.settle(order);
          const { world, written } = ruled;
          expect(world.listing('local'), ruled.words()).toEqual(world.listing('remote'));
          expect(world.synced.size).toBe(world.remote.size);
          expect([...world.synced.values()].filter(({ aside }) => aside === true)).toEqual([]);
          const kept = new Set([...world.remote.values()].map(contentOf));
          expect([...written].filter((hash) => !kept.has(hash))).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    Math.max(20_000, RUNS * 20),
  );
});
