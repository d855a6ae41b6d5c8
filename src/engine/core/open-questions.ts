import type { Question } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { Store } from '../store/index.ts';
import { firstMergeQuestion } from './first-merge.ts';
import { LateDeletions } from './late-deletions.ts';

/** How many questions wait for an answer, without what else there is to say of them. */
export const openQuestionCount = (store: Store): number =>
  store.questions().filter(({ answer }) => answer === null).length + (firstMergeQuestion(store) === null ? 0 : 1);

/** Everything that waits for an answer, the oldest first. */
export function openQuestions(store: Store, clock: Pick<Clock, 'now'>): readonly Question[] {
  const first = firstMergeQuestion(store);
  const lately = new LateDeletions(store, clock, () => false);
  const deletions = store
    .questions()
    .filter(({ answer }) => answer === null)
    .map(({ ids: _, answer: __, ...question }): Question => ({ ...question, goneBefore: lately.on(question.side).items }));
  return first === null ? deletions : [first, ...deletions];
}
