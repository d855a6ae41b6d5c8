import { expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

it('what something in between does not let pass is tried less and less often, though the cloud can be read, and goes on when it may', async () => {
  const sync = new TestSync();
  await sync.connect('Laptop');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += 50) await sync.clock.advance(50);
  };
  let refused = 0;
  sync.cloud.fault = ({ method, phase }) => {
    if (method !== 'commit' || phase !== 'before') return;
    refused += 1;
    throw new TidemarkError('not_tidemark', { server: sync.cloud.server, status: 200 });
  };
  sync.disk.user.writeFile(`${ROOT}/a`, 'a');
  void engine.call('sync.now', {});
  await pass(minuteMs);
  expect(refused).toBeLessThan(50);
  expect(await engine.call('status.snapshot', {})).toMatchObject({ state: 'offline', reason: { code: 'not_tidemark' } });

  sync.cloud.fault = () => undefined;
  void engine.call('sync.now', {});
  await pass(5 * secondMs);
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).toContain('a');
  expect(await engine.call('status.snapshot', {})).toMatchObject({ state: 'up_to_date' });
  await stopEngine(sync, engine);
});
