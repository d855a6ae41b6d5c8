import type { Question } from '../../contract/index.ts';
import type { Store } from '../store/index.ts';
import { firstMergeQuestion } from './first-merge.ts';

/** Everything that waits for an answer, the oldest first. */
export function openQuestions(store: Store): readonly Question[] {
  const first = firstMergeQuestion(store);
  const deletions = store
    .questions()
    .filter(({ answer }) => answer === null)
    .map(({ ids: _, answer: __, ...question }): Question => question);
  return first === null ? deletions : [first, ...deletions];
}
