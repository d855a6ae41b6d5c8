import { beforeEach, describe, expect, it } from 'vitest';
import type { DiskFaultCode } from '../environment.ts';
import { prepareOwnFolder } from '../local/index.ts';
import { ROOT } from '../testing/test-sync.ts';
import { download } from './download.ts';
import type { ApplyParts } from './parts.ts';
import { Placer } from './placer.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
let parts: ApplyParts;

beforeEach(async () => {
  world = await TestApply.make();
  world.agreed('docs/');
  const fetch: ApplyParts['downloader']['fetch'] = async ({ temp, mtimeMs, mode }) => {
    const [stat] = await world.sync.disk.writeMany([{ path: temp, bytes: new TextEncoder().encode('theirs'), mtimeMs, mode }]);
    if (stat === undefined || stat instanceof Error) throw new Error('not written');
    return stat;
  };
  parts = { ...world.parts, downloader: { fetch } };
});

/** Runs once, when the folder is looked at again after something was put into it. */
function afterPlacing(method: 'moveFiles' | 'moveFile', work: () => DiskFaultCode): void {
  const { disk } = world.sync;
  let placed = false;
  disk.fault = (called, path) => {
    if (called === method && path.endsWith('docs/a.txt')) placed = true;
    if (!placed || called !== 'stat' || !path.endsWith('/docs')) return undefined;
    disk.fault = undefined;
    return work();
  };
}
const run = (): Promise<unknown> => download(parts, new Placer(parts), world.id('docs/a.txt'));

describe('a download that had its place for a moment, and is taken back', () => {
  it('is cleared away', async () => {
    world.there('docs/a.txt', 'theirs');
    afterPlacing('moveFiles', () => 'denied');
    await expect(run()).rejects.toMatchObject({ code: 'denied' });
    expect([world.visible, world.own('tmp')]).toEqual([{ docs: null }, []]);
  });

  it('is kept when somebody wrote into it meanwhile', async () => {
    world.there('docs/a.txt', 'theirs');
    afterPlacing('moveFiles', () => {
      world.person.writeFile(world.at('docs/a.txt'), 'mine!');
      return 'denied';
    });
    await expect(run()).rejects.toMatchObject({ code: 'denied' });
    expect([world.visible, world.own('tmp')]).toEqual([{ docs: null, 'a.txt': 'mine!' }, []]);
  });

  it('is kept too when it was to replace an older version, which is back at its place', async () => {
    world.agreed('docs/a.txt', 'before');
    world.there('docs/a.txt', 'theirs');
    afterPlacing('moveFile', () => {
      world.person.writeFile(world.at('docs/a.txt'), 'mine!');
      return 'denied';
    });
    await expect(run()).rejects.toMatchObject({ code: 'denied' });
    expect([world.visible, world.own('tmp'), world.own('trash')]).toEqual([
      { docs: null, 'docs/a.txt': 'before', 'a.txt': 'mine!' },
      [],
      [],
    ]);
  });

  it('is kept in the trash where no other name can be had', async () => {
    world.there('docs/a.txt', 'theirs');
    afterPlacing('moveFiles', () => {
      world.person.writeFile(world.at('docs/a.txt'), 'mine!');
      world.when('moveFile', world.at('a.txt'), () => 'full');
      return 'denied';
    });
    await expect(run()).rejects.toMatchObject({ code: 'denied' });
    expect([world.visible, world.own('tmp'), world.own('trash')]).toEqual([{ docs: null }, [], ['a.txt: mine!']]);
  });

  it.each([
    ['a new one', 'moveFiles'],
    ['a newer version', 'moveFile'],
  ] as const)('is not swept away by the next start when the disk fails from then on: %s', async (_, method) => {
    if (method === 'moveFile') world.agreed('docs/a.txt', 'before');
    world.there('docs/a.txt', 'theirs');
    afterPlacing(method, () => {
      world.person.writeFile(world.at('docs/a.txt'), 'mine!');
      let steps = 0;
      world.sync.disk.fault = (called, path) => {
        if (called === 'moveFile' && path.includes('.tidemark')) steps += 1;
        return steps > 2 || (steps === 2 && called !== 'moveFile') ? 'failed' : undefined;
      };
      return 'denied';
    });
    await expect(run()).rejects.toThrow();
    world.sync.disk.fault = undefined;
    await prepareOwnFolder(world.sync.disk, ROOT, 'f'.repeat(32));
    const texts = [...Object.values(world.visible), ...world.own('trash').map((line) => line.split(': ')[1])];
    expect(texts).toContain('mine!');
  });
});
