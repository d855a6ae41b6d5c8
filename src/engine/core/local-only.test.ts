import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';

it('what the cloud has of the name that a local-only folder had comes down once that folder is called otherwise', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const visible = (): readonly string[] => Object.keys(sync.disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));
  sync.disk.user.writeFile(`${ROOT}/private/diary`, 'dear');
  const engine = await engineWithFolder(sync);
  await engine.call('folder.add', { path: `${ROOT}/private`, localOnly: true });
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const [top, inside] = ['a'.repeat(32), 'b'.repeat(32)];
  await other.commit(
    [
      { op: 'mkdir', id: top, parentId: ROOT_ID, name: 'private' },
      { op: 'mkdir', id: inside, parentId: top, name: 'theirs' },
    ],
    sync.random.id(),
  );
  await sync.clock.advance(10 * secondMs);
  expect(visible()).toEqual(['private', 'private/diary']);
  sync.disk.user.rename(`${ROOT}/private`, `${ROOT}/mine`);
  void engine.call('sync.now', {});
  await sync.clock.advance(20 * secondMs);
  expect(visible()).toEqual(['mine', 'mine/diary', 'private', 'private/theirs']);
  await stopEngine(sync, engine);
});
