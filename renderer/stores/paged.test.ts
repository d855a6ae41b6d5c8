import { describe, expect, it } from 'vitest';
import { type Result, ok } from '../../src/base/index.ts';
import type { ErrorData } from '../../src/contract/index.ts';
import { type Page, createPagedStore } from './paged.ts';

/** Answers come when the test lets them. */
function slow(): {
  readonly asked: { cursor: string | undefined; limit: number }[];
  answer(page: Result<Page<number>, ErrorData>): Promise<void>;
  fetch(cursor: string | undefined, limit: number): Promise<Result<Page<number>, ErrorData>>;
} {
  const waiting: ((page: Result<Page<number>, ErrorData>) => void)[] = [];
  const asked: { cursor: string | undefined; limit: number }[] = [];
  return {
    asked,
    fetch: (cursor, limit) => {
      asked.push({ cursor, limit });
      return new Promise((resolve) => waiting.push(resolve));
    },
    answer: async (page) => {
      waiting.shift()?.(page);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}
const failed: Result<Page<number>, ErrorData> = { ok: false, error: { code: 'engine_stopped', params: {} } };

describe('a list read page by page', () => {
  it('appends pages until there is no more', async () => {
    const { fetch, answer, asked } = slow();
    const list = createPagedStore(fetch);
    void list.reload();
    expect(list.getState().phase).toBe('loading');
    await answer(ok({ rows: [1, 2], next: 'c' }));
    void list.more();
    void list.more();
    await answer(ok({ rows: [3], next: null }));
    expect(list.getState()).toMatchObject({ rows: [1, 2, 3], next: null, phase: 'ready', loadingMore: false });
    void list.more();
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, 'c']);
  });

  it('keeps its rows while it is read again, and asks for as many', async () => {
    const { fetch, answer, asked } = slow();
    const list = createPagedStore(fetch);
    void list.reload();
    await answer(ok({ rows: Array.from({ length: 250 }, (_, index) => index), next: null }));
    void list.reload();
    expect(list.getState()).toMatchObject({ phase: 'ready', rows: { length: 250 } });
    expect(asked.map(({ limit }) => limit)).toEqual([100, 250]);
    await answer(failed);
    expect(list.getState()).toMatchObject({ phase: 'ready', rows: { length: 250 }, error: { code: 'engine_stopped' } });
  });

  it('drops an answer to an older question', async () => {
    const { fetch, answer } = slow();
    const list = createPagedStore(fetch);
    void list.reload();
    list.clear();
    void list.reload();
    await answer(ok({ rows: [1], next: 'old' }));
    expect(list.getState().rows).toEqual([]);
    await answer(ok({ rows: [2], next: null }));
    expect(list.getState()).toMatchObject({ rows: [2], next: null });
  });

  it('says that the first page could not be had', async () => {
    const { fetch, answer } = slow();
    const list = createPagedStore(fetch);
    void list.reload();
    await answer(failed);
    expect(list.getState()).toMatchObject({ phase: 'failed', error: { code: 'engine_stopped' } });
  });
});
