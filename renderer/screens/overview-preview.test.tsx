import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { describe, expect, it, vi } from 'vitest';
import type { FirstMergeQuestion, Foresight } from '../../src/contract/index.ts';
import { startI18n } from '../i18n/index.ts';
import { createStores, type Stores, StoresProvider } from '../stores/index.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { connected } from '../testing/lines.ts';
import { FirstMergeCard } from './first-merge.tsx';
import { Preview } from './overview-preview.tsx';

const counts: Foresight['counts'] = {
  upload: { files: 2, bytes: 2048 },
  download: { files: 1, bytes: 10 },
  foldersHere: 0,
  foldersCloud: 1,
  movedHere: 1,
  movedCloud: 0,
  deletedHere: 3,
  leavingHere: 0,
  deletedCloud: 0,
  conflicts: 1,
  matched: 4,
  unread: 0,
  questions: 0,
  blocked: 1,
};
const foresight: Foresight = {
  counts,
  operations: [
    { kind: 'upload', path: 'new.txt', otherPath: null, sizeBytes: 1024, items: 1 },
    { kind: 'rename_aside', path: 'report.txt', otherPath: 'report (conflict).txt', sizeBytes: null, items: 1 },
  ],
  more: 7,
  rounds: 2,
  questions: [],
  blocked: [{ path: 'CON', reason: { code: 'name_not_holdable', params: { name: 'CON' } } }],
};
const question: FirstMergeQuestion = {
  id: 'first-merge',
  kind: 'first_merge',
  same: { files: 4, folders: 1, bytes: 40 },
  onlyHere: { files: 1, folders: 0, bytes: 2048 },
  onlyThere: { files: 0, folders: 0, bytes: 0 },
  different: 2,
  examples: ['report.txt', 'b.txt'],
  choices: ['merge', 'cancel'],
  since: 0,
};

async function drawn(part: ReactElement, stores: Stores): Promise<string> {
  const i18n = await startI18n('en');
  const markup = renderToStaticMarkup(
    <I18nextProvider i18n={i18n}>
      <StoresProvider value={stores}>{part}</StoresProvider>
    </I18nextProvider>,
  );
  return markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

function storesOf(engine: FakeEngine): Stores {
  const win = { location: { hash: '' }, history: { pushState: () => undefined }, addEventListener: () => undefined };
  return createStores(connected(engine).session, null, win as unknown as Window);
}

describe('what would happen', () => {
  it('is drawn once it was asked for, with counts, list, what is left out of it and what would not sync', async () => {
    const stores = storesOf(new FakeEngine({}, { 'sync.preview': () => foresight }));
    expect(await drawn(<Preview />, stores)).toBe('');
    await stores.preview.ask();
    // What is drawn on a server is the state at the beginning; the state as of now is what counts here.
    vi.spyOn(stores.preview, 'getInitialState').mockReturnValue(stores.preview.getState());
    const text = await drawn(<Preview />, stores);
    for (const part of [
      '2 files to send',
      '3 items to move to the trash',
      'new.txt',
      'kept as report (conflict).txt',
      'and 7 more',
      'CON',
    ]) {
      expect(text).toContain(part);
    }
    stores.preview.close();
    expect(stores.preview.getState()).toMatchObject({ open: false, foresight: null });
  });

  it('an answer that comes after it was closed opens nothing', async () => {
    const stores = storesOf(new FakeEngine({}, { 'sync.preview': () => foresight }));
    const asking = stores.preview.ask();
    stores.preview.close();
    await asking;
    expect(stores.preview.getState()).toMatchObject({ open: false, foresight: null });
  });
});

describe('the question of the first merge', () => {
  it('shows both sides, an example of what differs, and the two answers', async () => {
    const text = await drawn(<FirstMergeCard question={question} />, storesOf(new FakeEngine()));
    for (const part of [
      '4 files',
      '2 items',
      'report.txt',
      'Merge both',
      'Do not sync this folder',
      'What would happen',
      'nothing is sent or changed before',
    ]) {
      expect(text).toContain(part);
    }
  });
});
