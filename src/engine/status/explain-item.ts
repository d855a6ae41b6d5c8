import { assertNever } from '../../base/index.ts';
import {
  type ErrorData,
  errorKind,
  type Explanation,
  isLackOfRoom,
  isSkipped,
  type RuleCode,
  type StepKind,
} from '../../contract/index.ts';
import type { NodeId } from '../model/index.ts';
import { isAway, type ItemFacts, isSettled, type ItemVerdict, itemVerdict } from './item-state.ts';

/** Everything that explaining one item needs to know, gathered by whoever has it. */
export interface ExplainFacts extends ItemFacts {
  /** What the planner decided; undefined when it had nothing to decide. */
  readonly decision: { readonly rule: RuleCode; readonly waitsFor: readonly NodeId[] } | undefined;
  /** What is wrong with an item that it waits for. */
  readonly hindrance: ErrorData | undefined;
  readonly steps: readonly StepKind[];
  /** The question about deletions that holds it back. */
  readonly questionId: string | null;
  /** Nothing is changed before it is answered whether both sides may be merged. */
  readonly firstMergeId: string | null;
  /** Why it cannot be looked at now: the folder itself is away, or one above it is a link or may not be read. */
  readonly unreadable: ErrorData | undefined;
  /** It is not on the disk as it was last seen: still being written, changed, gone, or something else in its place. */
  readonly unseen: 'writing' | 'changed' | 'gone' | 'replaced' | null;
}

export type Wait = Explanation['waiting']['kind'];

export interface ItemExplanation extends ItemVerdict {
  readonly rule: RuleCode | null;
  readonly wait: Wait;
}

/** Why an item is in its state, what decided, and what the next step waits for. Pure: the same facts, the same answer. */
export function explainItem(facts: ExplainFacts): ItemExplanation {
  const verdict = asSeenNow(itemVerdict(facts), facts);
  const asked = !isSettled(facts) && verdict.state === 'waiting' && facts.firstMergeId !== null;
  const known: ItemVerdict = asked ? { ...verdict, reason: { code: 'first_merge', params: {} }, nextTryAt: null } : verdict;
  return { ...known, rule: ruleOf(facts), wait: waitOf(facts, known) };
}

/** What was in step when it was last looked at is not called so where it is not there to be seen now. */
function asSeenNow(verdict: ItemVerdict, { unreadable, unseen, hindrance }: ExplainFacts): ItemVerdict {
  if (verdict.state !== 'synced' && verdict.state !== 'waiting') return verdict;
  if (unreadable !== undefined) return { ...verdict, state: 'waiting', reason: verdict.reason ?? unreadable };
  const reason = verdict.reason ?? (verdict.state === 'waiting' ? (hindrance ?? null) : null);
  return unseen === null ? { ...verdict, reason } : { ...verdict, state: 'waiting' };
}

function ruleOf(facts: ExplainFacts): RuleCode | null {
  if (facts.localOnly) return 'local_only';
  if (facts.ignoredBy !== null) return 'ignored';
  if (facts.notKept && facts.local === undefined) return 'not_kept';
  if (facts.unreadable !== undefined) return 'unknown_not_deleted';
  const settled = isSettled(facts);
  if (facts.issue !== undefined) {
    const rule = ruleOfIssue(facts.issue.reason);
    if (rule !== null) return rule;
  }
  if (!settled && facts.firstMergeId !== null) return 'first_merge';
  if (!settled && facts.questionId !== null) return 'mass_deletion';
  switch (facts.unseen) {
    case 'writing':
      return 'in_use';
    case 'changed':
      return 'read_first';
    case 'replaced':
      return 'special';
    case 'gone':
      return null;
    case null:
  }
  return facts.decision?.rule ?? (settled ? 'agreed' : null);
}

/** The rule behind a reason that the planner did not give. */
export function ruleOfIssue(reason: ErrorData): RuleCode | null {
  if (isSkipped(reason)) return reason.code === 'symlink_skipped' || reason.code === 'special_skipped' ? 'special' : 'ignored';
  if (isAway(reason)) return 'unknown_not_deleted';
  switch (reason.code) {
    case 'file_busy':
    case 'file_locked':
    case 'file_changed':
      return 'in_use';
    case 'no_permission':
    case 'disk_failed':
      return 'unknown_not_deleted';
    case 'name_clash':
    case 'name_not_holdable':
    case 'name_invalid':
    case 'path_too_long':
    case 'conflict_limit':
    case 'name_left_out':
      return 'name_not_possible';
    case 'name_not_utf8':
    case 'path_not_plain':
    case 'link_in_the_way':
    case 'special_in_the_way':
    case 'rules_in_the_way':
      return 'special';
    default:
      return null;
  }
}

/** In the order of what holds longest: what holds everything, then a question, then the item's own trouble. */
function waitOf(facts: ExplainFacts, { state, nextTryAt }: ItemVerdict): Wait {
  if (facts.localOnly || facts.ignoredBy !== null || (facts.notKept && facts.local === undefined)) return 'nothing';
  if (facts.active) return 'now';
  const settled = isSettled(facts) && facts.unseen === null && facts.unreadable === undefined && facts.issue === undefined;
  if (settled) return state === 'conflict' ? 'choice' : 'nothing';
  if (facts.held !== null) return waitOfHeld(facts.held);
  if (facts.firstMergeId !== null || facts.questionId !== null) return 'question';
  if (facts.issue !== undefined) return waitOfIssue(facts.issue.reason, nextTryAt);
  if (facts.unreadable !== undefined) return waitOfIssue(facts.unreadable, null);
  if (facts.unseen !== null) return facts.unseen === 'writing' ? 'quiet' : 'look';
  if (facts.steps.length > 0) return 'now';
  if ((facts.decision?.waitsFor.length ?? 0) > 0) return 'other';
  return state === 'waiting' ? 'now' : 'nothing';
}

/** What keeps everything from syncing, as something to wait for. */
export function waitOfHeld({ code }: ErrorData): Wait {
  if (code === 'paused') return 'paused';
  if (code.startsWith('folder_')) return 'folder';
  return errorKind(code).reaction === 'sign_in' ? 'sign_in' : 'network';
}

/** What ends a reason. */
export function waitOfIssue(reason: ErrorData, nextTryAt: number | null): Wait {
  if (isAway(reason)) return 'folder';
  const { reaction } = errorKind(reason.code);
  switch (reaction) {
    case 'skip':
      return isSkipped(reason) ? 'nothing' : 'change';
    case 'wait':
      return reason.code === 'file_busy' ? 'quiet' : isLackOfRoom(reason) ? 'room' : 'now';
    case 'retry':
    case 'replan':
      return nextTryAt === null ? 'now' : 'at';
    case 'ask':
    case 'sign_in':
    case 'stop':
      return nextTryAt === null ? 'change' : 'at';
    default:
      return assertNever(reaction);
  }
}
