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
