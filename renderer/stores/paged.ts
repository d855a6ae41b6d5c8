import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorData } from '../../src/contract/index.ts';
import type { Result } from '../../src/base/index.ts';

export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
}

export interface PagedState<T> extends Page<T> {
  readonly phase: 'idle' | 'loading' | 'ready' | 'failed';
  readonly loadingMore: boolean;
  readonly error: ErrorData | null;
}

export interface PagedStore<T> extends StoreApi<PagedState<T>> {
  /** Asks from the beginning for as many rows as are shown; the rows stay until the answer is there. */
  reload(): Promise<void>;
  /** Asks for the next page, if there is one and none is under way. */
  more(): Promise<void>;
  /** Forgets everything, e.g. because the question changed. */
  clear(): void;
}

export const PAGE_ROWS = 100;
const MAX_ROWS = 1000;

const empty = { rows: [], next: null, phase: 'idle', loadingMore: false, error: null } as const;

/** A list that is read page by page. Answers to an older question are dropped. */
export function createPagedStore<T>(
  fetch: (cursor: string | undefined, limit: number) => Promise<Result<Page<T>, ErrorData>>,
): PagedStore<T> {
  const store = createStore<PagedState<T>>(() => empty);
  let question = 0;

  return Object.assign(store, {
    async reload() {
      const asked = ++question;
      const shown = store.getState().rows.length;
      store.setState({ phase: shown > 0 ? 'ready' : 'loading', loadingMore: false });
      const answer = await fetch(undefined, Math.min(MAX_ROWS, Math.max(PAGE_ROWS, shown)));
      if (asked !== question) return;
      if (answer.ok) store.setState({ rows: answer.value.rows, next: answer.value.next, phase: 'ready', error: null });
      else store.setState({ phase: shown > 0 ? 'ready' : 'failed', error: answer.error });
    },
    async more() {
      const { next, loadingMore, phase } = store.getState();
      if (next === null || loadingMore || phase !== 'ready') return;
      const asked = question;
      store.setState({ loadingMore: true });
      const answer = await fetch(next, PAGE_ROWS);
      if (asked !== question) return;
      if (answer.ok) {
        store.setState((state) => ({
          rows: [...state.rows, ...answer.value.rows],
          next: answer.value.next,
          loadingMore: false,
          error: null,
        }));
      } else store.setState({ loadingMore: false, error: answer.error });
    },
    clear() {
      question += 1;
      store.setState(empty, true);
    },
  });
}
