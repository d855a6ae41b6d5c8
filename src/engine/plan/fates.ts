import { type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { Context } from './context.ts';
import { samePlace } from './same.ts';
import { verdictOf } from './verdict.ts';

/**
 * What becomes of an item that one side no longer has. A folder is spared when anything below it is (SYNC-SPEC 4), also
 * what is left out by a rule (SYNC-SPEC 11), and waits while something below it is about to move out.
 */
export type Fate = 'delete' | 'wait' | 'revive';

export class Fates {
  readonly #ctx: Context;
  readonly #remote = new Map<NodeId, Fate>();
  readonly #local = new Map<NodeId, Fate>();
  readonly #along = { remote: new Map<NodeId, boolean>(), local: new Map<NodeId, boolean>() };

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

  /** An item that is gone in the cloud was moved on this side, by itself or with a folder above it. */
  isMovedHere(id: NodeId): boolean {
    const local = this.#ctx.local(id);
    const synced = this.#ctx.synced(id);
    if (local === undefined || synced === undefined) return false;
    return (local.parentId !== PARKED_ID && !samePlace(local, synced)) || this.isMovedAlong('local', id);
  }

  /** Below a folder that one side deleted and the other, `tree`, moved: a move takes along all that is in the folder. */
  isMovedAlong(tree: 'remote' | 'local', id: NodeId): boolean {
    const known = this.#along[tree].get(id);
    if (known !== undefined) return known;
    this.#along[tree].set(id, false);
    const above = this.#ctx.trees[tree].get(this.#ctx.trees[tree].get(id)?.parentId ?? ROOT_ID);
    const synced = above === undefined ? undefined : this.#ctx.synced(above.id);
    const gone = above !== undefined && this.#ctx.standing(above.id) === (tree === 'remote' ? 'gone_here' : 'gone_there');
    const moved =
      gone && synced !== undefined && ((above.parentId !== PARKED_ID && !samePlace(above, synced)) || this.isMovedAlong(tree, above.id));
    this.#along[tree].set(id, moved);
    return moved;
  }

  #judgeRemote(id: NodeId): Fate {
    const ctx = this.#ctx;
    const remote = ctx.remote(id);
    const synced = ctx.synced(id);
    if (remote === undefined || synced === undefined || synced.aside === true || ctx.policy.keep(id)) return 'revive';
    if (!samePlace(remote, synced) || this.isMovedAlong('remote', id)) return 'revive';
    if (remote.kind === 'file' && !(synced.kind === 'file' && remote.content.hash === synced.hash)) return 'revive';
    // Should a tree say that something lies in a file, that is not deleted along with it either.
    return worst(ctx.trees.remote.children(id), (child) => {
      if (ctx.isLeftOut(child.id)) return 'revive';
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
    if (local === undefined || synced === undefined || synced.aside === true || ctx.policy.keep(id)) return 'revive';
    if (this.isMovedHere(id)) return 'revive';
    if (local.kind === 'file') {
      if (local.content === null) return 'wait';
      if (!(synced.kind === 'file' && local.content.hash === synced.hash)) return 'revive';
    } else if (local.holdsIgnored === true) return 'revive';
    return worst(ctx.trees.local.children(id), (child) => {
      if (ctx.isLeftOut(child.id)) return 'revive';
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
