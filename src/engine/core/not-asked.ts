import { TidemarkError } from '../../contract/index.ts';
import type { Store } from '../store/index.ts';
import { FIRST_MERGE_ID } from './first-merge.ts';

/** Why this is no question that could be answered now, in the words of whoever saw it asked, or expects it to be. */
export function notAsked(store: Pick<Store, 'folder' | 'questions'>, id: string): TidemarkError {
  if (id === FIRST_MERGE_ID) {
    const folder = store.folder();
    if (folder === null) return new TidemarkError('folder_none');
    return folder.firstMerge === undefined ? new TidemarkError('question_over', { id }) : new TidemarkError('question_not_yet', { id });
  }
  const side = /^mass-delete-(here|cloud)(?:-\d+)?$/.exec(id)?.[1];
  if (side === undefined) return new TidemarkError('unknown_item', { id });
  // A question that grew is asked anew under another id: whoever answers has seen all that the answer holds for.
  const open = store.questions().find((question) => question.side === side && question.answer === null);
  return open === undefined ? new TidemarkError('question_over', { id }) : new TidemarkError('question_changed', { id, now: open.id });
}
