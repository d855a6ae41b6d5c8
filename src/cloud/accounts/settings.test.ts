import { expect, it } from 'vitest';
import type { AccountSettings } from '../../contract/index.ts';
import { KiB } from '../../base/index.ts';
import { startCloud, type TestDevice } from '../testing/harness.ts';

const change = (by: TestDevice, values: object) => by.call('PATCH', '/v1/me/settings', { json: { values } });

it('settings of two devices are merged by key, also when they change at once', async () => {
  await using cloud = await startCloud();
  const laptop = await cloud.signUp();
  const desktop = await cloud.signIn();
  await Promise.all(Array.from({ length: 20 }, (_, n) => change(n % 2 === 0 ? laptop : desktop, { [`key${String(n)}`]: n })));
  const { values, version } = await laptop.ok<AccountSettings>('GET', '/v1/me/settings');
  expect(Object.keys(values)).toHaveLength(20);
  expect((await change(desktop, { key0: 0 })).body, 'what is there already is no change').toMatchObject({ version });
});

it('settings are few and small together, whatever they are called', async () => {
  await using cloud = await startCloud();
  const laptop = await cloud.signUp();
  expect((await change(laptop, { constructor: 1, valueOf: 'x', toString: true })).status).toBe(200);
  expect((await change(laptop, JSON.parse('{"__proto__":1}') as object)).status).toBe(400);
  let kept = 0;
  // Three bytes each as text, four thousand of them in a value, fifteen values in a request.
  for (let n = 0; n < 60; n += 1) if ((await change(laptop, { [`big${String(n)}`]: '潮'.repeat(4096) })).status === 200) kept += 1;
  const answer = await laptop.call('GET', '/v1/me/settings');
  expect(answer.bytes.length).toBeLessThan(65 * KiB);
  expect(kept).toBe(5);
  expect((await change(laptop, { big0: '' })).status, 'smaller goes').toBe(200);
  for (let n = 0; n < 210; n += 1) await change(laptop, { [`small${String(n)}`]: n });
  expect(Object.keys((await laptop.ok<AccountSettings>('GET', '/v1/me/settings')).values)).toHaveLength(200);
});
