import { nameKey } from '../../base/index.ts';
import { type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import { type FolderRules, judge, type LeftOut, type Level, levelBelow, topLevel } from './level.ts';
import type { Rules } from './rules.ts';

interface Placed {
  readonly parentId: NodeId;
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

interface Tree {
  get(id: NodeId): Placed | undefined;
}

export type Side = 'local' | 'remote';

/** What a scope is made from, at one moment. */
export interface ScopeFacts {
  readonly local: Tree;
  readonly remote: Tree;
  /** Rules of a folder, by its id. */
  readonly rulesOf: (folder: NodeId) => FolderRules | undefined;
  readonly settings: Rules;
  /** Places of the folders that never leave this machine: keys of names, by the folder that they are in. */
  readonly localOnly: ReadonlyMap<NodeId, ReadonlySet<string>>;
  /** Folders of the cloud that are not kept on this device. */
  readonly excluded: ReadonlySet<NodeId>;
  /** Folders whose rules changed in the cloud and were not read here yet, with the file that has them. */
  readonly awaited: ReadonlyMap<NodeId, NodeId>;
}

/**
 * Which items this device keeps its hands off. An item is judged by its place in each of the two trees by itself; rules
 * hold below the folder that they belong to wherever that is in the tree. Remembers what it found: made anew for each plan.
 */
export class Scope {
  readonly #facts: ScopeFacts;
  readonly #levels: Record<Side, Map<NodeId, Level | undefined>>;
  readonly #excluded = new Map<NodeId, true | undefined>();
  readonly #awaits: Record<Side, Map<NodeId, NodeId | undefined>> = { local: new Map(), remote: new Map() };

  constructor(facts: ScopeFacts) {
    this.#facts = facts;
    const top = topLevel(facts.rulesOf(ROOT_ID), facts.settings, ROOT_ID);
    this.#levels = { local: new Map([[ROOT_ID, top]]), remote: new Map([[ROOT_ID, top]]) };
  }

  /** Why the item is left out where that tree has it; undefined when it is not, is not in the tree, or is out of sight. */
  leftOut(side: Side, id: NodeId): LeftOut | undefined {
    const node = this.#facts[side].get(id);
    return node === undefined ? undefined : this.at(side, node);
  }

  /** As `leftOut`, for a place; also one where the tree has nothing. */
  at(side: Side, { parentId, name, kind }: Placed): LeftOut | undefined {
    const level = this.#level(side, parentId);
    if (level === undefined) return undefined;
    return level.out ?? this.#localOnly(parentId, name) ?? judge(level, name, kind === 'folder');
  }

  /** As `at`, for a path below a folder of that tree; the folders on the way need not be there. */
  below(side: Side, folder: NodeId, names: readonly string[], kind: 'file' | 'folder'): LeftOut | undefined {
    let level = this.#level(side, folder);
    let out = level?.out;
    for (const [index, name] of names.entries()) {
      if (level === undefined || out !== undefined) return out;
      const isFolder = index < names.length - 1 || kind === 'folder';
      out = (index === 0 ? this.#localOnly(folder, name) : undefined) ?? judge(level, name, isFolder);
      level = levelBelow(level, name, undefined, null, out);
    }
    return out;
  }

  /** In a folder of the cloud that is not kept on this device, or such a folder itself. */
  excluded(id: NodeId): boolean {
    const { excluded, remote } = this.#facts;
    if (excluded.size === 0) return false;
    const found = climb(
      id,
      this.#excluded,
      (at) => (excluded.has(at) ? true : undefined),
      (at) => remote.get(at)?.parentId,
    );
    return found === true;
  }

  /** The rules file that could hold in the folder and is still on its way here, if there is one. */
  awaitedRules(side: Side, folder: NodeId): NodeId | undefined {
    const { awaited } = this.#facts;
    if (awaited.size === 0) return undefined;
    return climb(
      folder,
      this.#awaits[side],
      (at) => awaited.get(at),
      (at) => this.#facts[side].get(at)?.parentId,
    );
  }

  /** Undefined for a folder that is parked, below one that is, or in no tree. */
  #level(side: Side, folder: NodeId): Level | undefined {
    const levels = this.#levels[side];
    const way: [NodeId, Placed][] = [];
    const passed = new Set<NodeId>();
    let at = folder;
    while (!levels.has(at)) {
      const node = at === PARKED_ID || passed.has(at) ? undefined : this.#facts[side].get(at);
      if (node === undefined) {
        levels.set(at, undefined);
        break;
      }
      passed.add(at);
      way.push([at, node]);
      at = node.parentId;
    }
    let level = levels.get(at);
    for (const [id, { parentId, name }] of way.reverse()) {
      const above: Level | undefined = level;
      if (above !== undefined) {
        const out = above.out ?? this.#localOnly(parentId, name) ?? judge(above, name, true);
        level = levelBelow(above, name, this.#facts.rulesOf(id), id, out);
      }
      levels.set(id, level);
    }
    return levels.get(folder);
  }

  #localOnly(parentId: NodeId, name: string): LeftOut | undefined {
    const { localOnly } = this.#facts;
    return localOnly.size > 0 && localOnly.get(parentId)?.has(nameKey(name)) === true ? { by: 'local_only' } : undefined;
  }
}

/** What `found` answers for `from`, or for the nearest above it that has an answer. Remembers the answers; ends on circles. */
function climb<T>(
  from: NodeId,
  known: Map<NodeId, T | undefined>,
  found: (at: NodeId) => T | undefined,
  above: (at: NodeId) => NodeId | undefined,
): T | undefined {
  const way: NodeId[] = [];
  let answer: T | undefined;
  for (let at: NodeId | undefined = from; at !== undefined && !way.includes(at); at = above(at)) {
    answer = known.get(at) ?? found(at);
    if (answer !== undefined || known.has(at)) break;
    way.push(at);
  }
  for (const at of way) known.set(at, answer);
  return answer;
}
