import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

it('what waits to be put back is put back before its folder is moved, not only before the next look', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { disk, store } = sync;
  const engine = await engineWithFolder(sync);
  disk.user.writeFile(`${ROOT}/docs/a.txt`, 'a');
  // What is younger is done first.
  disk.user.setMtime(`${ROOT}/docs`, 1_700_000_000_000);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const [docs, a] = ['docs', 'a.txt'].map((name) => sync.cloud.nodes(EMAIL).find((node) => node.name === name));
  if (docs === undefined || a === undefined) throw new Error('not in the cloud');

  // The person saves in the moment that it goes to the trash, and the disk does not let it back at once.
  let failures = 0;
  let saved = false;
  disk.fault = (method, path) => {
    if (method !== 'moveFile') return undefined;
    if (!saved && path.includes('/trash/')) {
      saved = true;
      disk.user.writeFile(`${ROOT}/docs/a.txt`, 'saved');
      return undefined;
    }
    return saved && path === `${ROOT}/docs/a.txt` && (failures += 1) < 2 ? 'failed' : undefined;
  };
  await other.commit(
    [
      { op: 'delete', id: a.id, base: a.revision },
      { op: 'move', id: docs.id, base: docs.revision, parentId: ROOT_ID, name: 'papers' },
    ],
    sync.random.id(),
  );
  await sync.clock.advance(60 * secondMs);

  expect(failures).toBeGreaterThan(0);
  const visible = Object.entries(disk.user.snapshot(ROOT)).filter(([path]) => !path.startsWith('.tidemark'));
  expect(Object.fromEntries(visible)).toEqual({ papers: null, 'papers/a.txt': 'saved' });
  expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
  await stopEngine(sync, engine);
});
