import type { MassDeleteQuestion } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { NodeId } from '../model/index.ts';
import type { DeletedSide, MassDeletion } from '../plan/index.ts';
import type { QuestionRow, Store } from '../store/index.ts';

const EXAMPLES = 20;

/**
 * Mass deletions that wait for a yes or no. One open question a side; it lies in the store, so a restart asks it again and
 * applies nothing. An answer holds for the items it was given for, until they are dealt with.
 */
export class Questions {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;

  // What answered questions hold for; found once, since the planner asks for every item.
  readonly #approved = new Set<NodeId>();
  /** What a person deleted by name, such as the version of a conflict that was not chosen: it is no part of any question. */
  readonly #chosen = new Set<NodeId>();
  /** By question. */
  readonly #kept = new Map<string, ReadonlySet<NodeId>>();

  constructor(store: Store, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
    this.refresh();
  }

  /** Reads the answers anew. */
  refresh(): void {
    this.#approved.clear();
    this.#kept.clear();
    for (const { id: question, answer, ids } of this.#store.questions()) {
      if (answer === 'delete') for (const id of ids) this.#approved.add(id);
      if (answer === 'keep') this.#kept.set(question, this.#withBelow(ids));
    }
  }

  /**
   * A folder is kept with all that was in it. What that was is found before anything comes back: a folder that is new
   * again does not tell any more what it held when it was agreed on.
   */
  #withBelow(ids: readonly NodeId[]): ReadonlySet<NodeId> {
    const all = new Set<NodeId>(ids);
    // What is added on the way is visited too.
    for (const id of all)
      for (const tree of [this.#store.synced, this.#store.remote]) for (const child of tree.children(id)) all.add(child.id);
    return all;
  }

  /** Takes over what the planner holds back; true when the list of questions changed. */
  update(held: readonly MassDeletion[]): boolean {
    let changed = false;
    // Dealt with: were it brought back, it would be like any other item.
    for (const id of this.#chosen) if (this.#store.synced.get(id) === undefined) this.#chosen.delete(id);
    for (const side of ['here', 'cloud'] as const) {
      const rows = this.#store.questions().filter((question) => question.side === side);
      const open = rows.find(({ answer }) => answer === null);
      const now = held.find((deletion) => deletion.side === side);
      const over = rows.filter((row) => (row.answer === null ? now === undefined : this.#isOver(row)));
      for (const { id } of over) {
        this.#store.transaction((write) => {
          write.deleteQuestion(id);
        });
        changed = true;
      }
      if (now !== undefined) changed = this.#ask(now, open, rows) || changed;
    }
    if (changed) this.refresh();
    return changed;
  }

  /**
   * What is asked beside an answer that still holds, or grew since it was asked, is another question: whoever answers one
   * has seen all that the answer holds for.
   */
  #ask({ side, ids, items }: Omit<MassDeletion, 'goneBefore'>, open: QuestionRow | undefined, rows: readonly QuestionRow[]): boolean {
    const same = open?.items === items && open.ids.length === ids.length && open.ids.every((id, index) => id === ids[index]);
    if (same) return false;
    const asked = askedOf(this.#store, this.#clock, { side, ids, items });
    const known = new Set(open?.ids);
    const grew = open === undefined || items > open.items || ids.some((id) => !known.has(id));
    const id = grew ? freeId(asked.id, rows) : open.id;
    this.#store.transaction((write) => {
      if (open !== undefined) write.deleteQuestion(open.id);
      write.putQuestion({ ...asked, id, since: open?.since ?? asked.since, ids, answer: null });
    });
    return true;
  }

  /** Tops of what the question of this side is about that nobody has answered yet. */
  asked(side: DeletedSide): readonly NodeId[] {
    return this.#store.questions().find((row) => row.side === side && row.answer === null)?.ids ?? [];
  }

  /** The person chose that this very item goes. */
  choose(id: NodeId): void {
    this.#chosen.add(id);
  }

  unchoose(id: NodeId): void {
    this.#chosen.delete(id);
  }

  deleteApproved(id: NodeId): boolean {
    return this.#approved.has(id) || this.#chosen.has(id);
  }

  /** The item, or a folder that it was in, is to be kept. */
  keep(id: NodeId): boolean {
    for (const kept of this.#kept.values()) if (kept.has(id)) return true;
    return false;
  }

  /** All that the answer holds for is dealt with: nothing of it is agreed on with one side missing. */
  #isOver({ id: question, ids }: QuestionRow): boolean {
    const { local, remote, synced } = this.#store;
    for (const id of this.#kept.get(question) ?? ids) {
      if (synced.get(id) !== undefined && (local.get(id) === undefined || remote.get(id) === undefined)) return false;
    }
    return true;
  }
}

/** `first`, `first-2`, `first-3`: above all that are there. */
function freeId(first: string, rows: readonly QuestionRow[]): string {
  const numbers = rows.map(({ id }) => (id === first ? 1 : Number(id.slice(first.length + 1))));
  const last = Math.max(0, ...numbers);
  return last === 0 ? first : `${first}-${last + 1}`;
}

/** A mass deletion as it is put to a person. */
export const questionOf = (store: Store, clock: Pick<Clock, 'now'>, deletion: MassDeletion): MassDeleteQuestion => ({
  ...askedOf(store, clock, deletion),
  goneBefore: deletion.goneBefore,
});

const askedOf = (
  store: Store,
  clock: Pick<Clock, 'now'>,
  { side, ids, items }: Omit<MassDeletion, 'goneBefore'>,
): Omit<MassDeleteQuestion, 'goneBefore'> => ({
  id: `mass-delete-${side}`,
  kind: 'mass_delete',
  side,
  items,
  examples: ids.slice(0, EXAMPLES).map((id) => store.syncedPath(id) ?? id),
  choices: ['keep', 'delete'],
  since: clock.now(),
});
