import { expect, it } from 'vitest';
import type { AuditPage } from '../../contract/index.ts';
import { operateAccount } from '../index.ts';
import { contentOf, startCloud } from '../testing/harness.ts';

it('all devices of one account are signed out beside a running cloud, which refuses them from then on', async () => {
  await using cloud = await startCloud();
  const [ann, bob] = [await cloud.signUp(), await cloud.signUp('bob@example.com')];
  const desk = await cloud.signIn();
  await ann.upload('a', contentOf(Buffer.from('stays')));
  const { dataDir } = cloud;
  expect(await operateAccount({ dataDir, address: 'ann@example.com' })).toMatchObject({ devices: 2 });
  expect(await operateAccount({ dataDir, address: 'ann@example.com', signOut: true })).toMatchObject({ devices: 0 });
  for (const device of [ann, desk]) {
    expect(await device.call('GET', '/v1/me')).toMatchObject({ status: 401, body: { code: 'session_expired' } });
    expect(await device.refresh()).toMatchObject({ status: 401, body: { code: 'session_expired' } });
  }
  expect((await bob.call('GET', '/v1/me')).status).toBe(200);
  const again = await cloud.signIn();
  const { events } = (await again.call('GET', '/v1/me/log')).body as AuditPage;
  expect(events.map(({ kind }) => kind)).toEqual(['signed_in', 'operator_ended', 'signed_in', 'signed_up']);
  expect((await again.ok<{ usedBytes: number }>('GET', '/v1/drive/quota')).usedBytes).toBe(5);
});

it('whoever waits for changes hears within moments of what was changed beside the cloud', async () => {
  await using cloud = await startCloud();
  const ann = await cloud.signUp();
  const waiting = async (): Promise<unknown> => ann.ok('GET', `/v1/drive/delta/wait?timeoutMs=20000&cursor=${await ann.cursor()}`);
  const hears = waiting();
  await operateAccount({ dataDir: cloud.dataDir, address: 'ann@example.com', plan: 'premium' });
  const began = performance.now();
  expect(await hears).toEqual({ changed: true });
  expect(performance.now() - began).toBeLessThan(10_000);
  const quiet = waiting();
  const none = new Promise((resolve) => setTimeout(() => resolve('nothing'), 3000));
  expect(await Promise.race([quiet, none]), 'what the cloud itself writes wakes nobody').toBe('nothing');
  await operateAccount({ dataDir: cloud.dataDir, address: 'ann@example.com', signOut: true });
  expect(await quiet).toEqual({ changed: true });
  expect((await ann.call('GET', '/v1/me')).problem.code).toBe('session_expired');
}, 60_000);
