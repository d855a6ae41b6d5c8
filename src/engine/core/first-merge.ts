import type { FirstMergeQuestion } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { NodeId } from '../model/index.ts';
import { compareSides, type SideComparison } from '../plan/index.ts';
import type { FolderRow, Store } from '../store/index.ts';
import { unseenHere } from './unseen-here.ts';

const EXAMPLES = 20;
/** One folder, one such question. */
export const FIRST_MERGE_ID = 'first-merge';

/** What the looks at the folder have told: all that is in it, not yet what is being written, or that some of it is never quiet. */
export type SeenHere = 'all' | 'not_yet' | 'never_quiet';

export type FirstMergeStep =
  /** Nothing has to be asked, or it was answered: sync as always. */
  | { readonly step: 'go' }
  /** These have to be read before the sides can be compared; none: wait for what is under way. */
  | { readonly step: 'read'; readonly ids: readonly NodeId[] }
  /** The question stands; `changed` when it is not the one of before. */
  | { readonly step: 'asked'; readonly changed: boolean };

/**
 * A folder that was just added and holds something meets a cloud that does too. Until a person said that both may be
 * merged, nothing is changed on either side. The question lies with the folder in the store: a restart asks again, and who
 * removes the folder takes it along. Two sides that hold the same need no question, nor does an empty one.
 */
export class FirstMerge {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(store: Store, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Nothing may be changed yet. */
  get undecided(): boolean {
    return this.#store.folder()?.firstMerge !== undefined;
  }

  get asking(): boolean {
    return firstMergeQuestion(this.#store) !== null;
  }

  /**
   * Both sides were looked at. What is here and could not be told yet is never taken for nothing: then it is asked.
   * @param busy being read, or its next try is later
   */
  look(busy: { readonly inFlight: (id: NodeId) => boolean; readonly resting: (id: NodeId) => boolean }, seen: SeenHere): FirstMergeStep {
    const folder = this.#store.folder();
    if (folder?.firstMerge === undefined) return { step: 'go' };
    const { local, remote } = this.#store;
    if (seen === 'not_yet') return { step: 'read', ids: [] };
    if (remote.size === 0) return this.#go(folder);
    const unseen = unseenHere(this.#store);
    const all = seen === 'all' && unseen.length === 0;
    if (all && local.size === 0) return this.#go(folder);
    const compared = compareSides(this.#store);
    const sides = { ...compared, different: [...compared.different, ...unseen.filter((path) => path !== '')] };
    if (sides.unread.some((id) => !busy.resting(id))) {
      return { step: 'read', ids: sides.unread.filter((id) => !busy.inFlight(id) && !busy.resting(id)) };
    }
    if (all && isSame(sides)) return this.#go(folder);
    const before = folder.firstMerge.asked;
    const asked = questionOf(sides, before?.since ?? this.#clock.now());
    if (JSON.stringify(asked) === JSON.stringify(before)) return { step: 'asked', changed: false };
    this.#write({ ...folder, firstMerge: { asked } });
    return { step: 'asked', changed: true };
  }

  #go(folder: FolderRow): FirstMergeStep {
    this.#write(withoutFirstMerge(folder));
    return { step: 'go' };
  }

  #write(folder: FolderRow): void {
    this.#store.transaction((write) => {
      write.setFolder(folder);
    });
  }
}

export const withoutFirstMerge = ({ path, folderId }: FolderRow): FolderRow => ({ path, folderId });

export const firstMergeQuestion = (store: Pick<Store, 'folder'>): FirstMergeQuestion | null => store.folder()?.firstMerge?.asked ?? null;

const isSame = ({ onlyHere, onlyThere, different, unread }: SideComparison): boolean =>
  onlyHere.files + onlyHere.folders + onlyThere.files + onlyThere.folders + different.length + unread.length === 0;

/** What could not be read is taken for different. */
const questionOf = ({ same, onlyHere, onlyThere, different, unread }: SideComparison, since: number): FirstMergeQuestion => ({
  id: FIRST_MERGE_ID,
  kind: 'first_merge',
  same,
  onlyHere,
  onlyThere,
  different: different.length + unread.length,
  examples: different.slice(0, EXAMPLES),
  choices: ['merge', 'cancel'],
  since,
});
