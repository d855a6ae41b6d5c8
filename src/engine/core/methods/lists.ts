import { type FileItem, TidemarkError } from '../../../contract/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { LateDeletions } from '../late-deletions.ts';
import { findAnywhere } from '../lookup.ts';
import { shownActivity } from '../undoing.ts';

type Names = 'activity.list' | 'files.list' | 'files.explain' | 'issues.list' | 'questions.list' | 'questions.answer';

export function listMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store, views, environment } = engine;
  const lately = new LateDeletions(store, environment.clock, () => false);
  return {
    'activity.list': ({ cursor, limit, search, kinds }) => {
      const before = cursor === undefined ? undefined : wholeNumber(cursor);
      const rows = store.activity({
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(search === undefined ? {} : { search }),
        ...(kinds === undefined ? {} : { kinds }),
      });
      const now = environment.clock.now();
      const { rows: shown, next } = pageOf(rows, limit, (row) => String(row.id));
      return Promise.resolve({ rows: shown.map((row) => shownActivity(row, store, now)), next });
    },
    'files.list': ({ path, cursor, limit }) => {
      const id = findAnywhere(store, path);
      if (id === undefined) throw new TidemarkError('unknown_item', { path });
      const items = views.folder(id, path);
      const from = cursor === undefined ? 0 : wholeNumber(cursor);
      const rows: FileItem[] = items.slice(from, from + limit);
      return Promise.resolve({ rows, next: from + limit < items.length ? String(from + limit) : null });
    },
    'files.explain': ({ path }) => {
      const explanation = views.explain(path);
      if (explanation === undefined) throw new TidemarkError('unknown_item', { path });
      return Promise.resolve(explanation);
    },
    'issues.list': ({ cursor, limit }) => {
      const rows = store.issues({ limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) });
      const { rows: page, next } = pageOf(rows, limit, (row) => row.key);
      return Promise.resolve({ rows: page.map(({ key: _, ...issue }) => issue), next });
    },
    'questions.list': () =>
      Promise.resolve({
        questions: store
          .questions()
          .filter((one) => one.answer === null)
          .map(({ ids: _, answer: __, ...question }) => ({ ...question, goneBefore: lately.on(question.side).items })),
      }),
    'questions.answer': ({ id, choice }) => {
      const question = store.questions().find((one) => one.id === id && one.answer === null);
      if (question === undefined) throw new TidemarkError('unknown_item', { id });
      store.transaction((write) => {
        write.putQuestion({ ...question, answer: choice });
        // What went before it was told with the question: the next deletion is another one.
        write.setRecentDeletions(store.recentDeletions().filter((row) => row.side !== question.side));
      });
      engine.publisher.lists('questions', 'files');
      engine.run?.answered();
      return Promise.resolve({});
    },
  };
}

function pageOf<T>(rows: readonly T[], limit: number, key: (row: T) => string): { rows: T[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? key(last) : null };
}

function wholeNumber(cursor: string): number {
  const value = Number(cursor);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TidemarkError('invalid_request', { field: 'cursor', problem: 'not one of ours' });
  return value;
}
