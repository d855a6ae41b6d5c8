import type { EngineState, ErrorData } from '../../contract/index.ts';

/** Everything that decides what the tray shows. */
export interface StateFacts {
  /** The database, the key ring, a client that is too old: the engine cannot go on. */
  readonly engineError: ErrorData | null;
  readonly hasAccount: boolean;
  /** The account is known, but the cloud does not take this device any more. */
  readonly signInError: ErrorData | null;
  readonly hasFolder: boolean;
  /** Missing, replaced, not writable. */
  readonly folderError: ErrorData | null;
  /** Uploads wait for room in the cloud, or downloads for room on the disk. */
  readonly roomError: ErrorData | null;
  readonly questions: number;
  /** Nothing syncs before it is answered whether both sides may be merged. */
  readonly firstMerge: boolean;
  readonly conflicts: number;
  /** Issues that only a person can end (see `needsPerson`). */
  readonly attention: number;
  /** Why the cloud cannot be used now; null when it can, or when it was not asked yet. */
  readonly offline: ErrorData | null;
  readonly paused: boolean;
  /** Something is being changed on one of the two sides, or is about to be. */
  readonly working: boolean;
  /** Disk and cloud were both looked at once since the start. */
  readonly ready: boolean;
}

export interface StateAndReason {
  readonly state: EngineState;
  readonly reason: ErrorData | null;
}

/**
 * The one state that is shown. The order, and why:
 * 1. error: nothing will sync until someone acts, so nothing less may hide it. The engine before the sign-in, the
 *    sign-in before the folder, room last: each is the ground that the next one stands on.
 * 2. attention: a person is asked. It stays while offline or paused: the question can be answered then too.
 * 3. offline before paused: resuming would not help without a network, and a pause is the person's own doing.
 * 4. not set up, starting: before both sides were looked at, "up to date" would be a guess.
 * 5. syncing only while something changes: scanning, polling and hashing for a check are not work.
 * Problems of account and folder are told only when there is one; without either it is simply not set up.
 */
export function stateOf(facts: StateFacts): StateAndReason {
  const setUp = facts.hasAccount && facts.hasFolder;
  const error =
    facts.engineError ??
    (facts.hasAccount ? facts.signInError : null) ??
    (facts.hasFolder ? facts.folderError : null) ??
    (setUp ? facts.roomError : null);
  if (error !== null) return { state: 'error', reason: error };
  if (!setUp) return { state: 'not_set_up', reason: null };
  const asked = attentionReason(facts);
  if (asked !== null) return { state: 'attention', reason: asked };
  if (facts.offline !== null) return { state: 'offline', reason: facts.offline };
  if (facts.paused) return { state: 'paused', reason: null };
  if (!facts.ready) return { state: 'starting', reason: null };
  return { state: facts.working ? 'syncing' : 'up_to_date', reason: null };
}

/** A question holds everything up, a conflict one file, an issue only itself. */
function attentionReason({ questions, firstMerge, conflicts, attention }: StateFacts): ErrorData | null {
  if (firstMerge) return { code: 'first_merge', params: {} };
  if (questions > 0) return { code: 'mass_delete', params: {} };
  if (conflicts > 0) return { code: 'conflict_kept', params: {} };
  if (attention > 0) return { code: 'not_synced', params: { items: attention } };
  return null;
}
