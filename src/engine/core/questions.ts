import type { Question } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { NodeId } from '../model/index.ts';
import type { MassDeletion } from '../plan/index.ts';
import type { QuestionRow, Store } from '../store/index.ts';

const EXAMPLES = 20;

/**
 * Mass deletions that wait for a yes or no. One question a side; it lies in the store, so a restart asks it again and
 * applies nothing. An answer holds for the items it was given for, until they are dealt with.
 */
export class Questions {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;

  /** Ids of answered questions; read once, since the planner asks for every item. */
  #answers = { keep: new Set<NodeId>(), delete: new Set<NodeId>() };

  constructor(store: Store, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
    this.refresh();
  }

  /** Reads the answers anew. */
  refresh(): void {
    this.#answers = { keep: new Set(), delete: new Set() };
    for (const { answer, ids } of this.#store.questions()) if (answer !== null) for (const id of ids) this.#answers[answer].add(id);
  }

  /** Takes over what the planner holds back; true when the list of questions changed. */
  update(held: readonly MassDeletion[]): boolean {
    let changed = false;
    for (const side of ['here', 'cloud'] as const) {
      const known = this.#store.questions().find((question) => question.side === side);
      const now = held.find((deletion) => deletion.side === side);
      if (now !== undefined && (known === undefined || known.answer === null || isOver(this.#store, known)))
        changed = this.#ask(now, known) || changed;
      else if (now === undefined && known !== undefined && (known.answer === null || isOver(this.#store, known))) {
        this.#store.transaction((write) => {
          write.deleteQuestion(known.id);
        });
        changed = true;
      }
    }
    if (changed) this.refresh();
    return changed;
  }

  #ask({ side, ids, items }: MassDeletion, known: QuestionRow | undefined): boolean {
    const same =
      known?.answer === null &&
      known.items === items &&
      known.ids.length === ids.length &&
      known.ids.every((id, index) => id === ids[index]);
    if (same) return false;
    const asked = questionOf(this.#store, this.#clock, { side, ids, items });
    const question: QuestionRow = { ...asked, since: known?.answer === null ? known.since : asked.since, ids, answer: null };
    this.#store.transaction((write) => {
      write.putQuestion(question);
    });
    return true;
  }

  deleteApproved(id: NodeId): boolean {
    return this.#answers.delete.has(id);
  }

  /** The item, or a folder that it was in when it was last agreed on, is to be kept. */
  keep(id: NodeId): boolean {
    if (this.#answers.keep.size === 0) return false;
    const seen = new Set<NodeId>();
    for (let at: NodeId | undefined = id; at !== undefined && !seen.has(at); at = this.#store.synced.get(at)?.parentId) {
      if (this.#answers.keep.has(at)) return true;
      seen.add(at);
    }
    return false;
  }
}

/** A mass deletion as it is put to a person. */
export const questionOf = (store: Store, clock: Pick<Clock, 'now'>, { side, ids, items }: MassDeletion): Question => ({
  id: `mass-delete-${side}`,
  kind: 'mass_delete',
  side,
  items,
  examples: ids.slice(0, EXAMPLES).map((id) => store.syncedPath(id) ?? id),
  choices: ['keep', 'delete'],
  since: clock.now(),
});

/** All that the question was about is dealt with: nothing of it is agreed on with one side missing. */
function isOver(store: Store, question: QuestionRow): boolean {
  return question.ids.every((id) => {
    const agreed = store.synced.get(id) !== undefined;
    return !agreed || (store.local.get(id) !== undefined && store.remote.get(id) !== undefined);
  });
}
