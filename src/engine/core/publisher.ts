import type { Status } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import { diffStatus, type StatusEvent, StatusModel } from '../status/index.ts';
import type { Store } from '../store/index.ts';
import type { Emitter } from './emitter.ts';
import { countIssues } from './issue-counts.ts';
import { openQuestions } from './open-questions.ts';
import { needOf, roomSeekers } from './waiting-for-room.ts';

/** Often enough to look live, seldom enough to cost nothing. */
const PUBLISH_MS = 100;
/** After counts that could not be made. */
const UNREADABLE_MS = 3000;
type List = 'files' | 'issues' | 'questions' | 'conflicts' | 'folders' | 'settings';

/** Turns what happens into status patches and list hints, a few times a second at most. */
export class Publisher {
  readonly #model = new StatusModel();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #emitter: Emitter;
  readonly #onChange: () => void;
  #published: Status;
  #lists = new Set<List>();
  #countsDirty = true;
  #cancel: (() => void) | undefined;
  /** The store is closed, or about to be. */
  #stopped = false;

  /** @param onChange the published status is another one */
  constructor(store: Store, clock: Clock, emitter: Emitter, onChange: () => void = () => undefined) {
    this.#store = store;
    this.#clock = clock;
    this.#emitter = emitter;
    this.#onChange = onChange;
    this.#published = this.#model.status(clock.monotonic());
  }

  status(event: StatusEvent): void {
    this.#model.apply(event);
    if (event.type === 'settled') this.#countsDirty = true;
    this.#later();
  }

  lists(...lists: readonly List[]): void {
    for (const list of lists) this.#lists.add(list);
    this.#countsDirty = true;
    this.#later();
  }

  /** The status as of now; patches go on from its revision. */
  snapshot(): Status {
    this.#publish();
    return this.#published;
  }

  /** The status as it was published last. */
  get published(): Status {
    return this.#published;
  }

  /** Nothing is told any more: the store may be closed. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #later(ms = PUBLISH_MS): void {
    if (this.#stopped) return;
    this.#cancel ??= this.#clock.timer(ms, () => {
      this.#cancel = undefined;
      this.#publish();
    });
  }

  #publish(): void {
    if (this.#countsDirty) this.#count();
    const next = this.#model.status(this.#clock.monotonic());
    const patch = diffStatus(this.#published, next);
    if (patch !== null) {
      this.#published = { ...this.#published, ...patch };
      this.#emitter.emit('status.patch', patch);
      this.#onChange();
    }
    // Speeds fade on their own while nothing is reported.
    if (next.upload.bytesPerSecond > 0 || next.download.bytesPerSecond > 0) this.#later();
    if (this.#lists.size > 0) {
      const lists = [...this.#lists];
      this.#lists = new Set();
      this.#emitter.emit('lists.changed', { lists });
    }
  }

  /** With a database that cannot be read now, the counts stay as they were: a status has to be there in any case. */
  #count(): void {
    try {
      this.#countNow();
      this.#countsDirty = false;
    } catch {
      this.#later(UNREADABLE_MS);
    }
  }

  #countNow(): void {
    const store = this.#store;
    const questions = openQuestions(store, this.#clock);
    this.#model.apply({
      type: 'counts',
      ...countIssues(store),
      waitingForRoom: needOf(roomSeekers(store)),
      conflicts: store.conflictCopies().length,
      questions: questions.length,
      firstMerge: questions.some(({ kind }) => kind === 'first_merge'),
      items: store.local.size,
    });
  }
}
