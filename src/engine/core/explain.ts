import type { ErrorData, Explanation, Subject } from '../../contract/index.ts';
import type { Environment } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
import { seeFolder } from '../local/index.ts';
import {
  compareIdentity,
  type FileStat,
  findByPath,
  type LocalNode,
  type NodeId,
  type RemoteNode,
  ROOT_ID,
  sameFingerprint,
} from '../model/index.ts';
import { type Operation, plan, type Reason, type Trace } from '../plan/index.ts';
import { explainItem, isAway, type ItemFacts, ruleOfIssue, waitOfHeld, waitOfIssue } from '../status/index.ts';
import type { FolderRow, Store } from '../store/index.ts';
import { FIRST_MERGE_ID, firstMergeQuestion } from './first-merge.ts';
import { LateDeletions } from './late-deletions.ts';
import { PATH_KEY } from './issue-keys.ts';
import { findAnywhere } from './lookup.ts';
import { isWithin } from './new-folder.ts';
import { policyFor } from './policy.ts';
import { isLeftOut, type LeftOutFacts, verdictOf } from './left-out-views.ts';
import { Questions } from './questions.ts';
import { folderError } from './scan-loop.ts';
import type { ScopeKeeper } from './scope-keeper.ts';
import { type Sight, sightOf } from './sight.ts';

export interface ExplainParts {
  readonly environment: Environment;
  readonly store: Store;
  /** What the Files list knows of an item. */
  readonly factsOf: (id: NodeId, path: string) => ItemFacts;
  /** Of a path that is in no tree: whether it is left out. */
  readonly leftOutAt: (path: string, isFolder: boolean) => LeftOutFacts;
  readonly scopes: ScopeKeeper;
  readonly held: () => ErrorData | null;
}

/** The folder as it is now. `away`: why nothing in it can be seen. `held`: what keeps everything from syncing. */
interface Place {
  readonly root: string;
  readonly away: ErrorData | null;
  readonly held: ErrorData | null;
}

const MAX_NAMED = 20;
/** A file that was written to this recently is still being written. */
const FRESH_MS = 1000;

type Waiting = Explanation['waiting'];
const nothingKnown = { local: null, remote: null, synced: null, nextTryAt: null, next: [] as Explanation['next'] };
const about = (above: string | null = null, at: number | null = null): Explanation['about'] => ({ above, at });
const waits = (kind: Waiting['kind'], more: Partial<Waiting> = {}): Waiting => ({ kind, at: null, items: [], question: null, ...more });

/** Says of any path what it is, which rule decided, and what comes next and when. Looks at one item and what it depends on. */
export class Explainer {
  readonly #parts: ExplainParts;

  constructor(parts: ExplainParts) {
    this.#parts = parts;
  }

  async explain(given: string): Promise<Explanation> {
    const explained = await this.#explain(given);
    const until = this.#parts.store.pausedUntil();
    if (explained.waiting.kind !== 'paused' || typeof until !== 'number') return explained;
    return { ...explained, waiting: { ...explained.waiting, at: until } };
  }

  async #explain(given: string): Promise<Explanation> {
    const { store } = this.#parts;
    const folder = store.folder();
    const path = insidePath(given, folder?.path);
    if (path === undefined || folder === null) return this.#beyond(given, folder === null);
    const last = this.#parts.held();
    const away = await this.#away(folder, last);
    const held = last === null || isAway(last) ? away : last;
    const heldWait = held === null ? waits('nothing') : waits(waitOfHeld(held));
    if (path === '') {
      return { ...nothingKnown, path, subject: 'root', about: about(), state: null, rule: null, reason: held, waiting: heldWait };
    }
    if (path.split('/')[0] === OWN_FOLDER) return this.#own(path);
    const key = this.#listedAs(path);
    const id = findAnywhere(store, key);
    const at: Place = { root: folder.path, away, held };
    return id === undefined ? this.#unknown(key, at) : this.#item(id, key, at);
  }

  /** Why nothing of the folder can be seen: now, also where no look was made since it is so, or in the last look. */
  async #away({ path, folderId }: FolderRow, last: ErrorData | null): Promise<ErrorData | null> {
    const now = folderError(await seeFolder(this.#parts.environment.disk, path, folderId), path);
    return now ?? (last !== null && isAway(last) ? last : null);
  }

  /** As it is listed: what came from a terminal shows bytes that are no text in another way than the list does. */
  #listedAs(path: string): string {
    if (!path.includes('\ufffd')) return path;
    const bare = (text: string): string => text.replace(/\\x[0-9a-f]{2}|\ufffd/g, '?').replace(/\?+/g, '?');
    return this.#parts.store.issues({ limit: 10_000 }).find((one) => bare(one.path) === bare(path))?.path ?? path;
  }

  async #item(id: NodeId, path: string, { root, away, held }: Place): Promise<Explanation> {
    const { store } = this.#parts;
    const here = store.local.get(id);
    const there = store.remote.get(id);
    const agreed = store.synced.get(id);
    const { trace, operations } = this.#plan(id);
    const question = this.#questionOf(id);
    const decision = trace.get(id);
    const facts = { ...this.#parts.factsOf(id, path), held };
    // Where the disk has it, which may be another place than the path that was asked for.
    const sight = away === null ? await sightOf(this.#parts.environment.disk, root, store.localPath(id) ?? path) : undefined;
    const hidden = here !== undefined && sight?.kind === 'hidden' ? sight.reason : undefined;
    const unseen = here === undefined ? null : this.#unseen(here, sight);
    const first = firstMergeQuestion(store) === null ? null : FIRST_MERGE_ID;
    const verdict = explainItem({
      ...facts,
      questioned: question !== null,
      decision,
      hindrance: decision?.waitsFor.map((other) => store.issue(other)?.reason).find((reason) => reason !== undefined),
      steps: operations.map(({ op }) => op),
      questionId: question,
      firstMergeId: first,
      unreadable: away ?? this.#unreadableAbove(path) ?? hidden,
      unseen,
    });
    // What stands under the name in the cloud is shown, also where it is no item of this device.
    const shown = there ?? (here === undefined ? undefined : this.#namesakeOf(id, path));
    const subject = subjectOf(here, there, shown);
    const { state, rule, reason, nextTryAt, wait } = verdict;
    return {
      path,
      subject: verdict.state === 'ignored' ? 'ignored' : verdict.state === 'local_only' ? 'local_only' : subject,
      about: about(null, subject === 'deleted' ? this.#lastChange(path) : null),
      state,
      rule,
      reason,
      nextTryAt,
      // What is left out is not looked at by the sync, so that nothing else notes that it is gone.
      local: here === undefined || (state === 'ignored' && unseen === 'gone') ? null : viewHere(here, store.localPath(id)),
      remote: shown === undefined ? null : viewThere(shown, store.remotePath(shown.id)),
      synced:
        agreed === undefined
          ? null
          : {
              path: store.syncedPath(id) ?? agreed.name,
              kind: agreed.kind,
              sizeBytes: null,
              hash: agreed.kind === 'file' ? agreed.hash : null,
              revision: agreed.revision,
              modifiedMs: null,
            },
      next: operations.map((operation) => ({ step: operation.op, otherPath: this.#otherPath(operation) })),
      waiting: waits(wait, {
        at: wait === 'at' ? nextTryAt : null,
        items: wait === 'other' ? this.#named(decision) : [],
        question: wait === 'question' ? (first ?? question) : null,
      }),
    };
  }

  /** Another item that the cloud has where this device has this one. */
  #namesakeOf(id: NodeId, path: string): RemoteNode | undefined {
    const { store } = this.#parts;
    const other = findByPath(store.remote, store.localPath(id) ?? path);
    return other === undefined ? undefined : store.remote.get(other);
  }

  /** The planner, asked about this one item; what it draws in is decided too. */
  #plan(id: NodeId): { readonly trace: Trace; readonly operations: readonly Operation[] } {
    const { store, environment } = this.#parts;
    const deviceName = store.account()?.deviceName ?? environment.platform.hostName;
    const trace: Trace = new Map();
    const none = (): boolean => false;
    const deletions = new LateDeletions(store, environment.clock, none);
    const policy = policyFor(environment, deviceName, new Questions(store, environment.clock), deletions, this.#parts.scopes, {
      busy: none,
    });
    const made = plan(store, [id], policy, trace);
    const concerns = (one: Operation): boolean =>
      one.id === id || (one.op === 'rearrange_remote' && one.steps.some((step) => step.id === id));
    return { trace, operations: made.operations.filter(concerns) };
  }

  #otherPath(operation: Operation): string | null {
    const { store } = this.#parts;
    const at = (tree: 'local' | 'remote', { parentId, name }: { readonly parentId: NodeId; readonly name: string }): string => {
      const folder = parentId === ROOT_ID ? '' : tree === 'local' ? store.localPath(parentId) : store.remotePath(parentId);
      return folder === '' || folder === undefined ? name : `${folder}/${name}`;
    };
    switch (operation.op) {
      case 'move_local':
        return at('local', operation.to);
      case 'move_remote':
        return at('remote', operation.to);
      case 'rename_aside':
        return at('local', { parentId: store.local.get(operation.id)?.parentId ?? ROOT_ID, name: operation.name });
      default:
        return null;
    }
  }

  #named(decision: Reason | undefined): string[] {
    const { store } = this.#parts;
    const paths = (decision?.waitsFor ?? [])
      .slice(0, MAX_NAMED)
      .map((id) => store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id));
    return paths.filter((path) => path !== undefined);
  }

  /** The open question about deletions that the item, or a folder above it, is part of. */
  #questionOf(id: NodeId): string | null {
    const { store } = this.#parts;
    const open = store.questions().filter(({ answer }) => answer === null);
    if (open.length === 0) return null;
    const seen = new Set<NodeId>();
    for (let at: NodeId | undefined = id; at !== undefined && at !== ROOT_ID && !seen.has(at);) {
      seen.add(at);
      const here: NodeId = at;
      const found = open.find(({ ids }) => ids.includes(here));
      if (found !== undefined) return found.id;
      at = (store.synced.get(at) ?? store.remote.get(at) ?? store.local.get(at))?.parentId;
    }
    return null;
  }

  #unreadableAbove(path: string): ErrorData | undefined {
    const above = this.#listedAbove(path);
    return above !== undefined && ruleOfIssue(above.reason) === 'unknown_not_deleted' ? above.reason : undefined;
  }

  /** The nearest folder above that is listed with a reason. */
  #listedAbove(path: string): { readonly path: string; readonly reason: ErrorData } | undefined {
    const { store } = this.#parts;
    if (store.issueCount() === 0) return undefined;
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      const id = findAnywhere(store, folder);
      const found = store.issue(PATH_KEY + folder) ?? (id === undefined ? undefined : store.issue(id));
      if (found !== undefined) return { path: folder, reason: found.reason };
    }
    return undefined;
  }

  /** How what the disk shows differs from what was last seen there. */
  #unseen(here: LocalNode, sight: Sight | undefined): 'writing' | 'changed' | 'gone' | 'replaced' | null {
    if (sight === undefined || sight.kind === 'hidden') return null;
    if (sight.kind === 'gone') return 'gone';
    const { stat } = sight;
    if (stat.kind !== here.kind) return 'replaced';
    if (here.kind === 'folder' || (sameFingerprint(stat, here.stat) && compareIdentity(stat, here.stat) !== 'different')) return null;
    return this.#isFresh(stat) ? 'writing' : 'changed';
  }

  #isFresh(stat: FileStat): boolean {
    return this.#parts.environment.clock.now() - Number(BigInt(stat.mtimeNs) / 1_000_000n) < FRESH_MS;
  }

  /** In none of the three trees. */
  async #unknown(path: string, { root, away, held }: Place): Promise<Explanation> {
    const { store } = this.#parts;
    const base = { ...nothingKnown, path, about: about() };
    const sight = away === null ? await sightOf(this.#parts.environment.disk, root, path) : undefined;
    const stat = sight?.kind === 'seen' ? sight.stat : undefined;
    const listed = store.issue(PATH_KEY + path);
    if (listed !== undefined && away === null) {
      const wait = waitOfIssue(listed.reason, listed.nextTryAt);
      return { ...base, subject: 'skipped', state: 'error', rule: ruleOfIssue(listed.reason), reason: listed.reason, waiting: waits(wait) };
    }
    const leftOut = this.#parts.leftOutAt(path, stat?.kind === 'folder');
    if (isLeftOut(leftOut)) {
      const { state, reason } = verdictOf(leftOut);
      const subject = leftOut.localOnly ? 'local_only' : 'ignored';
      return { ...base, subject, state, rule: subject, reason, waiting: waits(leftOut.reason === undefined ? 'nothing' : 'change') };
    }
    const above =
      away === null
        ? (this.#listedAbove(path) ?? (sight?.kind === 'hidden' ? { path: sight.above || root, reason: sight.reason } : undefined))
        : { path: root, reason: away };
    if (above !== undefined) {
      const wait = waitOfIssue(above.reason, null);
      const more = { state: 'error' as const, rule: ruleOfIssue(above.reason), reason: above.reason, waiting: waits(wait) };
      return { ...base, subject: 'below', about: about(above.path), ...more };
    }
    if (stat !== undefined) {
      const wait = held === null ? (this.#isFresh(stat) ? 'quiet' : 'look') : waitOfHeld(held);
      return { ...base, subject: 'not_looked_at', state: 'waiting', rule: 'new_here', reason: held, waiting: waits(wait) };
    }
    const gone = { state: null, rule: null, reason: null, waiting: waits('nothing') };
    const moved = this.#movedTo(path);
    if (moved !== undefined) return { ...base, ...gone, subject: 'moved', about: about(moved.path, moved.at) };
    const trashed = store.trash().findLast(({ originalPath }) => originalPath === path);
    if (trashed !== undefined) {
      const line = trashed.activityId === null ? undefined : store.activityRow(trashed.activityId);
      const rule = (line?.undoes ?? null) === null ? 'deleted_there' : null;
      return { ...base, ...gone, subject: 'in_trash', about: about(null, trashed.at), rule };
    }
    const changed = this.#lastChange(path);
    if (changed !== null) return { ...base, ...gone, subject: 'deleted', about: about(null, changed) };
    return { ...base, ...gone, subject: 'nowhere' };
  }

  /** Where the item is that had this path, when the last that happened there is that it, or a folder above it, was moved away. */
  #movedTo(path: string, left = MAX_NAMED): { readonly path: string; readonly at: number } | undefined {
    const { store } = this.#parts;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const old = path.slice(0, end);
      const rows = store.activity({ limit: MAX_NAMED, search: old.slice(0, 200) });
      const last = rows.find((row) => row.path === old || row.otherPath === old);
      if (last === undefined || last.node === null || last.otherPath !== old) continue;
      const now = store.localPath(last.node) ?? store.remotePath(last.node);
      const there = now === undefined ? undefined : now + path.slice(end);
      if (there === undefined || there === path) continue;
      if (findAnywhere(store, there) !== undefined) return { path: there, at: last.at };
      // Moved on from there.
      return left === 0 ? undefined : this.#movedTo(there, left - 1);
    }
    return undefined;
  }

  #lastChange(path: string): number | null {
    const rows = this.#parts.store.activity({ limit: MAX_NAMED, search: path.slice(0, 200) });
    return rows.find((row) => row.path === path || row.otherPath === path)?.at ?? null;
  }

  #own(path: string): Explanation {
    const row = this.#parts.store.trash().find(({ trashPath }) => path === trashPath || path.startsWith(`${trashPath}/`));
    const subject: Subject = row === undefined ? 'own' : 'in_trash';
    const known = { state: 'ignored' as const, rule: 'own_folder' as const, reason: null, waiting: waits('nothing') };
    return { ...nothingKnown, path, subject, about: about(row?.originalPath ?? null, row?.at ?? null), ...known };
  }

  /** Not in the folder that is kept in sync, or there is none. */
  #beyond(path: string, noFolder: boolean): Explanation {
    const localOnly = this.#parts.store.localOnlyFolders().some((folder) => isWithin(path, folder.path));
    const base = { ...nothingKnown, path, about: about() };
    if (localOnly) {
      return { ...base, subject: 'local_only', state: 'local_only', rule: 'local_only', reason: null, waiting: waits('nothing') };
    }
    const reason: ErrorData | null = noFolder ? { code: 'folder_none', params: {} } : null;
    return {
      ...base,
      subject: noFolder ? 'no_folder' : 'outside',
      state: null,
      rule: null,
      reason,
      waiting: waits(noFolder ? 'setup' : 'nothing'),
    };
  }
}

/** Relative to the folder; undefined when it lies outside. */
function insidePath(given: string, folder: string | undefined): string | undefined {
  const inside = folder !== undefined && isWithin(given, folder) ? given.slice(folder.length) : given;
  if (inside === given && (/^[/\\]/.test(given) || /^[A-Za-z]:[\\/]/.test(given))) return undefined;
  const parts = inside.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
}

function subjectOf(here: LocalNode | undefined, there: RemoteNode | undefined, shown: RemoteNode | undefined): Subject {
  if (here === undefined) return there === undefined ? 'deleted' : 'only_cloud';
  if (there !== undefined) return 'item';
  return shown === undefined ? 'only_here' : 'namesakes';
}

const viewHere = (node: LocalNode, path: string | undefined): Explanation['local'] => ({
  path: path ?? node.name,
  kind: node.kind,
  sizeBytes: node.kind === 'file' ? node.stat.size : null,
  hash: node.kind === 'file' ? (node.content?.hash ?? null) : null,
  revision: null,
  modifiedMs: Number(BigInt(node.stat.mtimeNs) / 1_000_000n),
});

const viewThere = (node: RemoteNode, path: string | undefined): Explanation['remote'] => ({
  path: path ?? node.name,
  kind: node.kind,
  sizeBytes: node.kind === 'file' ? node.content.size : null,
  hash: node.kind === 'file' ? node.content.hash : null,
  revision: node.revision,
  modifiedMs: node.kind === 'file' ? node.mtimeMs : node.modifiedAt,
});
