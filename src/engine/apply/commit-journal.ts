import { type CommitEntryInput, type CommitResult, TidemarkError } from '../../contract/index.ts';
import { below, type NodeId, type RemoteNode, type SyncedNode } from '../model/index.ts';
import { samePlace } from '../plan/index.ts';
import { NO_EPOCH, toRemoteNode } from '../remote/index.ts';
import type { CursorRow, Store, StoreWrites } from '../store/index.ts';
import type { CommitJournal, PendingCommit } from '../transfer/index.ts';
import { note, type NoteParts } from './note.ts';
import { movedBack } from './reversals.ts';
import { syncedFrom } from './synced.ts';

const KIND = 'commit';

interface Row {
  readonly request: PendingCommit;
  /** Where the change feed stood when the request was first sent, or an answer to an earlier one has put it back to since. */
  readonly sentAt: CursorRow | null;
}

/**
 * Requests that were sent, or were about to be, and whose results are not taken over yet. Before the first send the
 * request lies in the store; its results and its removal are one transaction. A request that got no answer, be it for a
 * crash or for the line, is sent again with its key before anything else is planned: it may have gone through, and what
 * never did must not do so long after the person has changed their mind.
 */
export class StoredCommits implements CommitJournal {
  readonly #parts: NoteParts;
  readonly #store: Store;
  readonly #onOpen: () => void;
  /** Being sent now. */
  readonly #underWay = new Map<number, CursorRow | null>();
  readonly #answered = new Set<NodeId>();
  // Of what an earlier process left nobody knows yet.
  #unclear = true;

  /** @param onOpen requests have to be replayed, or the feed read on from the stored cursor */
  constructor(parts: NoteParts, onOpen: () => void) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#onOpen = onOpen;
  }

  before(request: PendingCommit): number {
    const row: Row = { request, sentAt: this.#store.cursor() };
    const id = this.#store.transaction((write) => write.addJournal(KIND, row));
    this.#makeDurable(
      id,
      request.entries.some(({ op }) => op === 'delete'),
    );
    this.#underWay.set(id, row.sentAt);
    return id;
  }

  /**
   * A power cut that took the memory of a request would make a conflict without a cause of what another device has written
   * since, and bring back what another one has deleted. A deletion would look like another device's, and what the person has
   * put elsewhere since would be deleted here: where it cannot be made durable it is not sent, nor later, when it may not be
   * wanted any more.
   */
  #makeDurable(journalId: number, deletes: boolean): void {
    try {
      this.#store.sync();
    } catch (error) {
      if (!deletes && error instanceof TidemarkError) return;
      this.drop(journalId);
      throw error;
    }
  }

  after(journalId: number, request: PendingCommit, results: readonly CommitResult[]): void {
    try {
      this.#take(journalId, request, results, this.#underWay.get(journalId) ?? null);
    } catch (error) {
      // It could not be written down: as if it had never come.
      this.unanswered(journalId);
      throw error;
    }
  }

  unanswered(journalId: number): void {
    this.#underWay.delete(journalId);
    this.#unclear = true;
    this.#onOpen();
  }

  /** Requests without an answer, oldest first. */
  pending(): readonly { readonly id: number; readonly request: PendingCommit; readonly sentAt: CursorRow | null }[] {
    return this.#store
      .journal()
      .filter((row) => row.kind === KIND && !this.#underWay.has(row.id))
      .map((row) => ({ id: row.id, ...(row.data as Row) }));
  }

  /** What became of some is not known: what the feed tells of their items may be this device's own doing. */
  get unclear(): boolean {
    return this.#unclear;
  }

  /** Those that were `pending` have their answers. */
  allReplayed(): void {
    this.#unclear = this.pending().length > 0;
  }

  /** Results of a request of `pending`. */
  replayed({ id, request }: ReturnType<StoredCommits['pending']>[number], results: readonly CommitResult[]): void {
    // As it is now: the answer to the one before may have put the feed back.
    this.#take(id, request, results, this.pending().find((one) => one.id === id)?.sentAt ?? null);
  }

  /** Nodes that answers spoke of since `forgetAnswered`: a page of the feed that was asked for then may be behind them. */
  get answered(): ReadonlySet<NodeId> {
    return this.#answered;
  }

  forgetAnswered(): void {
    this.#answered.clear();
  }

  drop(journalId: number): void {
    this.#store.transaction((write) => {
      write.deleteJournal(journalId);
    });
  }

  #take(journalId: number, request: PendingCommit, results: readonly CommitResult[], sentAt: CursorRow | null): void {
    this.#underWay.delete(journalId);
    const readOn = this.#store.transaction((write) => {
      let leftToFeed = false;
      results.forEach((result, index) => {
        const entry = request.entries[index];
        if (entry === undefined || result.status !== 'ok') return;
        if (entry.op === 'delete') leftToFeed ||= this.#store.remote.get(entry.id)?.kind === 'folder';
        // Each of them: where a backup was put back, another device may have made some of them anew, and the feed tells of those.
        if (this.#isToBeTold(entry, result)) write.addUnheard(entry.id);
        takeOver(this.#parts, write, entry, result);
        this.#answered.add(entry.id);
      });
      write.deleteJournal(journalId);
      // The feed moved on while the request was under way, so what it said of these nodes may be newer than this answer:
      // read that stretch again, the later word is the last one.
      const moved = sentAt !== null && this.#store.cursor()?.cursor !== sentAt.cursor;
      if (moved) this.#putBack(write, journalId, sentAt);
      return moved || leftToFeed;
    });
    if (readOn) this.#onOpen();
  }

  /**
   * The feed is still to tell of it, since it stood where the node was as the entry says when the request was sent. What was
   * already gone by then may have been told of as such before.
   */
  #isToBeTold(entry: CommitEntryInput, { node }: Extract<CommitResult, { status: 'ok' }>): boolean {
    if (node === null) return entry.op === 'delete' && this.#store.remote.get(entry.id) !== undefined;
    return !('base' in entry) || node.revision !== entry.base;
  }

  /** No answer to a request that was sent later may take the feed past the stretch that is to be read again. */
  #putBack(write: StoreWrites, journalId: number, sentAt: CursorRow): void {
    // That a backup was put back stays known.
    write.setCursor(this.#store.cursor()?.epoch === NO_EPOCH ? { ...sentAt, epoch: NO_EPOCH } : sentAt);
    for (const { id, kind, data } of this.#store.journal()) {
      if (kind !== KIND || id < journalId) continue;
      write.putJournal(id, { ...(data as Row), sentAt } satisfies Row);
      if (this.#underWay.has(id)) this.#underWay.set(id, sentAt);
    }
  }
}

/** One result into the remote and the synced tree, and a line in the history. */
function takeOver(parts: NoteParts, write: StoreWrites, entry: CommitEntryInput, result: Extract<CommitResult, { status: 'ok' }>): void {
  const { store } = parts;
  const before = store.remotePath(entry.id) ?? null;
  const old = store.remote.get(entry.id);
  if (entry.op === 'delete') {
    // The feed may have told of it before the answer did.
    const path = before ?? store.syncedPath(entry.id) ?? '';
    forgetDeleted(store, write, entry.id);
    note(parts, 'deleted_cloud', path, { node: entry.id, reversal: { way: 'restore_in_cloud' } });
    return;
  }
  if (result.node === null) return;
  const node = toRemoteNode(result.node);
  write.putRemote(node);
  const agreed = agreedOn(store.synced.get(node.id), entry, node);
  if (agreed !== undefined) write.putSynced(agreed);
  const path = store.remotePath(node.id) ?? node.name;
  switch (entry.op) {
    case 'put':
      note(parts, before === null ? 'uploaded' : 'updated_cloud', path, {
        sizeBytes: entry.size,
        node: node.id,
        reversal:
          old?.kind === 'file' && old.content.hash !== entry.hash
            ? { way: 'restore_version', now: entry.hash, before: old.content.hash }
            : undefined,
      });
      break;
    case 'mkdir':
      note(parts, 'folder_cloud', path);
      break;
    case 'move':
      note(parts, 'moved_cloud', path, {
        otherPath: before,
        node: node.id,
        reversal: old === undefined ? undefined : movedBack(old, node),
      });
  }
}

/**
 * What both sides agree on after `entry`: only what the entry itself said. The answer shows all of the node; what another
 * device changed on it is still to come here, and taken for agreed, the older state here would look like the newer one.
 */
function agreedOn(synced: SyncedNode | undefined, entry: CommitEntryInput, node: RemoteNode): SyncedNode | undefined {
  const agreed = syncedFrom(node);
  if (agreed.kind === 'folder') return agreed;
  // A move says nothing of the content.
  if (entry.op === 'move') return synced?.kind === 'file' ? { ...agreed, hash: synced.hash } : undefined;
  // A content says nothing of the place: that was taken from the cloud.
  return synced === undefined || samePlace(synced, node)
    ? agreed
    : { ...agreed, parentId: synced.parentId, name: synced.name, revision: synced.revision };
}

/**
 * Nothing below is agreed on any more. But what went with the folder only the feed tells, each item by itself: another
 * device may have moved some of it elsewhere before, and the feed then speaks of what was moved and not of what is in it.
 */
function forgetDeleted(store: Store, write: StoreWrites, id: NodeId): void {
  write.deleteRemote(id);
  write.deleteSynced(id);
  for (const inside of below(store.remote, id)) write.deleteSynced(inside.id);
}
