import { type NodeId, PARKED_ID } from '../model/index.ts';
import type { Context } from './context.ts';
import { samePlace } from './same.ts';
import { verdictOf } from './verdict.ts';

/**
 * What becomes of an item that one side no longer has. A folder is spared when anything below it is (SYNC-SPEC 4), and
 * waits while something below it is about to move out.
 */
export type Fate = 'delete' | 'wait' | 'revive';

export class Fates {
  readonly #ctx: Context;
  readonly #remote = new Map<NodeId, Fate>();
  readonly #local = new Map<NodeId, Fate>();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Of an item that is gone here and still in the cloud. */
  ofRemote(id: NodeId): Fate {
    return memo(this.#remote, id, () => this.#judgeRemote(id));
  }

  /** Of an item that is gone in the cloud and still here. */
  ofLocal(id: NodeId): Fate {
    return memo(this.#local, id, () => this.#judgeLocal(id));
  }

  #judgeRemote(id: NodeId): Fate {
    const ctx = this.#ctx;
    const remote = ctx.remote(id);
    const synced = ctx.synced(id);
    if (remote === undefined || synced === undefined || ctx.policy.keep(id)) return 'revive';
    if (!samePlace(remote, synced)) return 'revive';
    if (remote.kind === 'file') return synced.kind === 'file' && remote.content.hash === synced.hash ? 'delete' : 'revive';
    return worst(ctx.trees.remote.children(id), (child) => {
      switch (ctx.standing(child.id)) {
        case 'gone_here':
          return ctx.policy.busy(child.id) ? 'wait' : this.ofRemote(child.id);
        case 'settled_or_changed':
          // It is elsewhere here: moved out by the person, or moved in by the cloud.
          return verdictOf(ctx, child.id) === 'move_here' ? 'revive' : 'wait';
        default:
          return 'revive';
      }
    });
  }

  #judgeLocal(id: NodeId): Fate {
    const ctx = this.#ctx;
    const local = ctx.local(id);
    const synced = ctx.synced(id);
    if (local === undefined || synced === undefined || ctx.policy.keep(id)) return 'revive';
    if (local.parentId !== PARKED_ID && !samePlace(local, synced)) return 'revive';
    if (local.kind === 'file') {
      if (local.content === null) return 'wait';
      return synced.kind === 'file' && local.content.hash === synced.hash ? 'delete' : 'revive';
    }
    return worst(ctx.trees.local.children(id), (child) => {
      switch (ctx.standing(child.id)) {
        case 'gone_there':
          if (child.kind === 'file' && child.content === null) ctx.include(child.id);
          return ctx.policy.busy(child.id) ? 'wait' : this.ofLocal(child.id);
        case 'settled_or_changed':
          return verdictOf(ctx, child.id) === 'move_there' ? 'revive' : 'wait';
        default:
          return 'revive';
      }
    });
  }
}

function worst<T>(items: Iterable<T>, judge: (item: T) => Fate): Fate {
  let fate: Fate = 'delete';
  for (const item of items) {
    const one = judge(item);
    if (one === 'revive') return 'revive';
    if (one === 'wait') fate = 'wait';
  }
  return fate;
}

function memo(map: Map<NodeId, Fate>, id: NodeId, judge: () => Fate): Fate {
  const known = map.get(id);
  if (known !== undefined) return known;
  // A circle of parents cannot be judged; what stands in one waits.
  map.set(id, 'wait');
  const fate = judge();
  map.set(id, fate);
  return fate;
}
