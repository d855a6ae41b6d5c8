import { type AnswerChoice, type FileItem, TidemarkError } from '../../../contract/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { withoutFirstMerge } from '../first-merge.ts';
import { findAnywhere } from '../lookup.ts';
import { notAsked } from '../not-asked.ts';
import { openQuestions } from '../open-questions.ts';
import { shownActivity } from '../undoing.ts';
import { removeSyncedFolder } from './folders.ts';

type Names = 'activity.list' | 'files.list' | 'files.explain' | 'issues.list' | 'questions.list' | 'questions.answer';

export function listMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store, views, environment } = engine;
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
    'files.list': async ({ path, cursor, limit }) => {
      const id = findAnywhere(store, path);
      const items = await views.folder(id, path);
      if (id === undefined && items.length === 0) throw new TidemarkError('unknown_item', { path });
      const from = cursor === undefined ? 0 : wholeNumber(cursor);
      const rows: FileItem[] = items.slice(from, from + limit);
      return { rows, next: from + limit < items.length ? String(from + limit) : null };
    },
    'files.explain': ({ path }) => engine.explainer.explain(path),
    'issues.list': ({ cursor, limit }) => {
      const rows = store.issues({ limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) });
      const { rows: page, next } = pageOf(rows, limit, (row) => row.key);
      return Promise.resolve({ rows: page.map(({ key: _, ...issue }) => issue), next });
    },
    'questions.list': () =>
      Promise.resolve({
        questions: [...openQuestions(store, environment.clock)],
      }),
    'questions.answer': async ({ id, choice }) => {
      const asked = openQuestions(store, environment.clock).find((one) => one.id === id);
      if (asked === undefined) throw notAsked(store, id);
      if (!(asked.choices as readonly AnswerChoice[]).includes(choice))
        throw new TidemarkError('invalid_request', { field: 'choice', problem: `this question takes ${asked.choices.join(' or ')}` });
      if (asked.kind === 'first_merge') await answerFirstMerge(engine, choice);
      else {
        const question = store.questions().find((one) => one.id === id);
        store.transaction((write) => {
          if (question !== undefined && (choice === 'keep' || choice === 'delete')) write.putQuestion({ ...question, answer: choice });
          // What went before it was told with the question: the next deletion is another one.
          write.setRecentDeletions(store.recentDeletions().filter((row) => row.side !== asked.side));
        });
      }
      engine.publisher.lists('questions', 'files');
      engine.run?.answered();
      return {};
    },
  };
}

/** Yes: sync as always. No: the folder is not synced any more, and nothing was touched. */
function answerFirstMerge(engine: TidemarkEngine, choice: AnswerChoice): Promise<void> {
  return engine.exclusively(async () => {
    const folder = engine.store.folder();
    if (folder?.firstMerge === undefined) return;
    if (choice === 'cancel') {
      await removeSyncedFolder(engine, folder.path);
      engine.announce();
      return;
    }
    engine.store.transaction((write) => {
      write.setFolder(withoutFirstMerge(folder));
    });
  });
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
