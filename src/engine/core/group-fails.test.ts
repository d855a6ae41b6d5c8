import { expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

it('all of a group that the cloud refused are planned again, also where one of them goes another way by then', async () => {
  const sync = new TestSync();
  await sync.connect('Laptop');
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/a`, 'first');
  user.writeFile(`${ROOT}/b`, 'second');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const namesThere = (): readonly string[] => [...sync.cloud.nodes(EMAIL)].map(({ name }) => name).sort();
  expect(namesThere()).toEqual(['a', 'b']);
  const idOf = (name: string): string => [...sync.cloud.nodes(EMAIL)].find((node) => node.name === name)?.id ?? '';
  // The group goes under the smaller of their ids.
  const leads = idOf('a') < idOf('b') ? 'b' : 'a';

  const cut = Promise.withResolvers<void>();
  const request = sync.cloud.request.bind(sync.cloud);
  sync.cloud.request = async (call, work) => {
    if (call.method === 'commit') {
      await cut.promise;
      throw new TidemarkError('body_too_large');
    }
    return request(call, work);
  };
  for (const [from, to] of [
    ['a', 'c'],
    ['b', 'a'],
    ['c', 'b'],
  ] as const)
    user.rename(`${ROOT}/${from}`, `${ROOT}/${to}`);
  void engine.call('sync.now', {});
  await sync.clock.advance(secondMs);
  user.rename(`${ROOT}/${leads}`, `${ROOT}/elsewhere`);
  void engine.call('sync.now', {});
  await sync.clock.advance(secondMs);
  cut.resolve();
  await sync.clock.advance(secondMs);
  sync.cloud.request = request;
  await sync.clock.advance(30 * minuteMs);
  expect(namesThere()).toEqual([leads === 'a' ? 'b' : 'a', 'elsewhere']);
  await stopEngine(sync, engine);
});
