import { joinPath, minuteMs, type RelativePath } from '../../base/index.ts';
import type { Clock } from '../environment.ts';
import { inodeKey } from '../local/index.ts';
import { type LocalNode, type LocalTree, type NodeId, ROOT_ID } from '../model/index.ts';

/**
 * How long the system may take to write a new name down by itself: Linux lets what is dirty age 30 s and looks each 5 s
 * (dirty_expire_centisecs and dirty_writeback_centisecs in docs.kernel.org/admin-guide/sysctl/vm.html), ext4 commits its
 * journal each 5 s (`commit` in ext4(5)). Doubled.
 */
const YOUNG_MS = minuteMs;

/** When a name is old, also where somebody sets the clock forward: what came just before shows a time of long ago then. */
export class YoungNames {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  /** How far the wall clock was ahead of the monotonic one, at the looks of the last minute and the one before. */
  #seen: readonly { readonly atMs: number; readonly aheadMs: number }[] = [];

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock;
    this.oldBefore();
  }

  /** A name that came before is written down. Wall clock in ms; to be asked at every look. */
  oldBefore(): number {
    const atMs = this.#clock.monotonic();
    const from = this.#seen.findLastIndex((one) => one.atMs < atMs - YOUNG_MS);
    this.#seen = [...this.#seen.slice(Math.max(0, from)), { atMs, aheadMs: this.#clock.now() - atMs }];
    return atMs + Math.min(...this.#seen.map(({ aheadMs }) => aheadMs)) - YOUNG_MS;
  }
}

/**
 * Folders with names that came a moment ago and are in no row yet. A program that saves seldom makes the name durable, and a
 * power cut then takes it: whoever had told the cloud of it by then would take it for deleted.
 *
 * @param put rows that a look is about to write, parents before children
 * @param oldBeforeMs see `YoungNames`
 */
export function foldersOfYoungNames(known: LocalTree, put: readonly LocalNode[], oldBeforeMs: number): ReadonlySet<RelativePath> {
  const coming = new Map<NodeId, LocalNode>(put.map((node) => [node.id, node]));
  const pathOf = (id: NodeId): RelativePath | undefined => {
    const names: string[] = [];
    for (let at = id; at !== ROOT_ID;) {
      const node = coming.get(at) ?? known.get(at);
      if (node === undefined) return undefined;
      names.unshift(node.name);
      at = node.parentId;
    }
    return names.reduce(joinPath, '');
  };
  const folders = new Set<NodeId>();
  for (const { id, parentId, name, stat } of put) {
    if (folders.has(parentId) || Number(stat.ctimeNs) / 1e6 < oldBeforeMs) continue;
    const before = known.get(id);
    // Also a file that took the place of the one before, as most programs save: its name may go back to that one.
    if (before?.parentId !== parentId || before.name !== name || inodeKey(before.stat) !== inodeKey(stat)) folders.add(parentId);
  }
  return new Set([...folders].flatMap((id) => pathOf(id) ?? []));
}
