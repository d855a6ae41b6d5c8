import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AnswerChoice, Conflict, ErrorData, Issue, Question } from '../../src/contract/index.ts';
import type { Disposer, Result } from '../../src/base/index.ts';
import type { Session } from '../api/session.ts';
import { followList } from './follow-lists.ts';
import { createPagedStore, type PagedStore } from './paged.ts';

export interface ListStore<T> {
  readonly list: PagedStore<T>;
  follow(): Disposer;
}

export interface ConflictsStore extends ListStore<Conflict> {
  resolve(id: string, keep: 'current' | 'copy' | 'both'): Promise<Result<unknown, ErrorData>>;
}

export interface QuestionsStore extends StoreApi<{ readonly questions: readonly Question[] }> {
  follow(): Disposer;
  answer(id: string, choice: AnswerChoice): Promise<Result<unknown, ErrorData>>;
}

export function createIssuesStore(session: Session): ListStore<Issue> {
  const list = createPagedStore<Issue>((cursor, limit) =>
    session.ask('issues.list', { limit, ...(cursor === undefined ? {} : { cursor }) }),
  );
  return { list, follow: () => followList(session, 'issues', () => void list.reload()) };
}

export function createConflictsStore(session: Session): ConflictsStore {
  const list = createPagedStore<Conflict>((cursor, limit) =>
    session.ask('conflicts.list', { limit, ...(cursor === undefined ? {} : { cursor }) }),
  );
  return {
    list,
    follow: () => followList(session, 'conflicts', () => void list.reload()),
    async resolve(id, keep) {
      const answer = await session.ask('conflicts.resolve', { id, keep });
      await list.reload();
      return answer;
    },
  };
}

export function createQuestionsStore(session: Session): QuestionsStore {
  const store = createStore<{ questions: readonly Question[] }>(() => ({ questions: [] }));
  const reload = async (): Promise<void> => {
    const answer = await session.ask('questions.list', {});
    if (answer.ok) store.setState({ questions: answer.value.questions });
  };
  return Object.assign(store, {
    follow: () => followList(session, 'questions', () => void reload()),
    async answer(id: string, choice: AnswerChoice) {
      const answer = await session.ask('questions.answer', { id, choice });
      await reload();
      return answer;
    },
  });
}
