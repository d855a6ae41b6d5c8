import { expect, it } from 'vitest';
import { engineWithFolder } from '../testing/engine-with-folder.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';
import { copyMarks, recallNewerMarks } from './marks-copy.ts';

it('rules that were made longer since the database that was put back hold on', async () => {
  const sync = new TestSync();
  await sync.connect('Laptop');
  await engineWithFolder(sync);
  const { disk, store } = sync;
  const say = (rules: string): void => store.transaction((write) => write.setSetting('ignore.rules', rules));
  say('*.log');
  await copyMarks(disk, ROOT, store);
  const stamp = store.marksStamp();
  say('*.log\nsecret/');
  await copyMarks(disk, ROOT, store);
  store.transaction((write) => {
    write.setSetting('ignore.rules', '*.log');
    write.setMarksStamp(stamp);
  });
  expect(await recallNewerMarks(disk, ROOT, store)).toBe(true);
  expect(store.setting('ignore.rules')).toBe('*.log\nsecret/');
});
