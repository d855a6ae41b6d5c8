import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

it('a document that is saved and stays open while it is renamed elsewhere has both in the end, and nothing is said of it but that it is being written', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  sync.disk.user.writeFile(`${ROOT}/report.docx`, 'first');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const [report] = sync.cloud.nodes(EMAIL);
  if (report === undefined) throw new Error('not sent');
  sync.disk.user.writeFile(`${ROOT}/~$port.docx`, 'Ann');
  sync.disk.user.writeFile(`${ROOT}/report.docx`, 'saved, and still open');
  await other.commit([{ op: 'move', id: report.id, base: report.revision, parentId: ROOT_ID, name: 'thesis.docx' }], sync.random.id());
  for (let seconds = 0; seconds < 20; seconds += 1) {
    await sync.clock.advance(secondMs);
    expect(sync.store.issues({ limit: 10 }).filter(({ reason }) => reason.code !== 'file_busy')).toEqual([]);
  }
  expect(sync.store.issueCount()).toBe(0);
  expect(sync.disk.user.snapshot(ROOT)['thesis.docx']).toBe('saved, and still open');
  expect(sync.cloud.nodes(EMAIL).map(({ id, name }) => [id, name])).toEqual([[report.id, 'thesis.docx']]);
  expect(sync.log.lines.filter(({ message }) => message === 'planned anew').length).toBeLessThan(50);
  await stopEngine(sync, engine);
});
