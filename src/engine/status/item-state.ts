import { assertNever, sameName } from '../../base/index.ts';
import { type ErrorData, errorKind, type ItemState } from '../../contract/index.ts';
import type { LocalNode, RemoteNode, SyncedNode } from '../model/index.ts';

/** What is known of one item. Undefined: it is not in that tree. */
export interface ItemFacts {
  readonly remote: RemoteNode | undefined;
  readonly local: LocalNode | undefined;
  readonly synced: SyncedNode | undefined;
  readonly issue: { readonly reason: ErrorData; readonly nextTryAt: number | null } | undefined;
  /** In a folder that never leaves this machine. */
  readonly localOnly: boolean;
  /** Why it never syncs: its name, or the ignore rule that matches; null when neither is so. */
  readonly ignoredBy: ErrorData | null;
  /** In the cloud, and not kept on this device. */
  readonly notKept: boolean;
  /** An operation on it is running. */
  readonly active: boolean;
  /** It has a kept version beside it, or is one, and nobody has chosen yet. */
  readonly inConflict: boolean;
  /** Its deletion waits for an answer. */
  readonly questioned: boolean;
  /**
   * What keeps everything from syncing now, the most lasting first: signed out, folder missing, paused
   * (`{ code: 'paused' }`), offline. Null when sync runs.
   */
  readonly held: ErrorData | null;
}

export interface ItemVerdict {
  readonly state: ItemState;
  readonly reason: ErrorData | null;
  /** Wall clock ms. */
  readonly nextTryAt: number | null;
}

const plain = (state: ItemState, reason: ErrorData | null = null, nextTryAt: number | null = null): ItemVerdict => ({
  state,
  reason,
  nextTryAt,
});

/**
 * State of one item and why. What the person decided (local-only, ignored) comes first; then what is going on; then what
 * went wrong; then what waits for a choice, since a conflict can stand beside two versions that are both in step.
 */
export function itemVerdict(facts: ItemFacts): ItemVerdict {
  if (facts.localOnly) return plain('local_only');
  if (facts.ignoredBy !== null) return plain('ignored', facts.ignoredBy);
  if (facts.active) return plain('syncing');
  if (facts.notKept && facts.local === undefined) return plain('not_kept', { code: 'not_kept_here', params: {} });
  if (facts.issue !== undefined) return ofIssue(facts.issue);
  if (facts.inConflict) return plain('conflict', { code: 'conflict_kept', params: {} });
  // What cannot be seen now may be anything by now.
  if (isSettled(facts)) return facts.held !== null && isAway(facts.held) ? plain('waiting', facts.held) : plain('synced');
  if (facts.questioned) return plain('waiting', { code: 'mass_delete', params: {} });
  return plain('waiting', facts.held);
}

function ofIssue({ reason, nextTryAt }: NonNullable<ItemFacts['issue']>): ItemVerdict {
  if (reason.code === 'conflict_kept') return plain('conflict', reason, nextTryAt);
  const { reaction } = errorKind(reason.code);
  switch (reaction) {
    case 'retry':
    case 'wait':
    case 'replan':
      return plain('waiting', reason, nextTryAt);
    case 'ask':
    case 'skip':
    case 'sign_in':
    case 'stop':
      return plain('error', reason, nextTryAt);
    default:
      return assertNever(reaction);
  }
}

/** The folder is not there to be seen. */
export const isAway = ({ code }: ErrorData): boolean =>
  code === 'folder_missing' || code === 'folder_unreadable' || code === 'folder_replaced';

/** The three trees agree on the item, as the planner sees it: where it has nothing to decide. */
export function isSettled({ remote, local, synced }: Pick<ItemFacts, 'remote' | 'local' | 'synced'>): boolean {
  if (remote === undefined || local === undefined || synced === undefined) return false;
  if (remote.revision !== synced.revision) return false;
  for (const side of [remote, local]) {
    if (side.parentId !== synced.parentId || !sameName(side.name, synced.name) || side.kind !== synced.kind) return false;
    if (side.kind === 'file' && synced.kind === 'file' && side.content?.hash !== synced.hash) return false;
  }
  return true;
}
