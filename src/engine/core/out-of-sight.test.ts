import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

it.each([
  ['a moment', 1],
  ['a minute', 60],
])(
  'what was moved into a folder just before that was put out of sight for %s is not deleted, and is found when it is back',
  async (_, seconds) => {
    const sync = new TestSync();
    const other = await sync.connect('Laptop');
    const { environment, store, disk } = sync;
    const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
    await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
    await engine.call('folder.add', { path: ROOT });
    for (const path of ['x/sub/1', 'y/2', 'moved/3']) disk.user.writeFile(`${ROOT}/${path}`, path);
    await engine.start();
    await sync.clock.advance(10 * secondMs);
    const [x, y] = ['x', 'y'].map((name) => sync.cloud.nodes(EMAIL).find((node) => node.name === name));
    if (x === undefined || y === undefined) throw new Error('not in the cloud');

    // They change places, so one of them has to give way; at that moment the person moves a folder into it. The other one
    // cannot be moved at once, and meanwhile the folder is looked at.
    let moves = 0;
    const until = sync.clock.monotonic() + seconds * secondMs;
    disk.fault = (method, path) => {
      if (method !== 'moveFolder') return undefined;
      moves += 1;
      if (moves === 1) {
        const parking = path.slice(ROOT.length + 1);
        disk.user.rename(`${ROOT}/moved`, `${ROOT}/${parking === 'x' ? 'x/sub' : parking}/moved`);
      }
      if (moves === 1 || sync.clock.monotonic() > until) return undefined;
      void engine.call('sync.now', {});
      return 'failed';
    };
    await other.commit(
      [
        { op: 'move', id: x.id, base: x.revision, parentId: x.parentId, name: 'y', group: 0 },
        { op: 'move', id: y.id, base: y.revision, parentId: y.parentId, name: 'x', group: 0 },
      ],
      sync.random.id(),
    );
    await sync.clock.advance((seconds + 120) * secondMs);

    const there = sync.cloud.nodes(EMAIL).map(({ id, name }) => [id, name] as const);
    expect(there.map(([, name]) => name).sort()).toEqual(['1', '2', '3', 'moved', 'sub', 'x', 'y']);
    expect([...sync.cloud.accounts.account(EMAIL).drive.buriedNodes()].map(({ name }) => name)).toEqual([]);
    expect(moves).toBeGreaterThan(2);
    expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
    const stopping = engine.stop();
    await sync.clock.advance(secondMs);
    await stopping;
  },
);
