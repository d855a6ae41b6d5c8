import { beforeEach, expect, it } from 'vitest';
import { REFRESH_TOKEN_SECRET } from '../remote/index.ts';
import { DEVICE, EMAIL, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

let sync: TestSync;
let engine: TidemarkEngine;
const signIn = () =>
  engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });

beforeEach(async () => {
  sync = new TestSync();
  await sync.connect('Laptop');
  const { environment, store } = sync;
  engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await signIn();
});

it('a device that is signed in has to sign out first', async () => {
  await expect(signIn()).rejects.toMatchObject({ code: 'usage' });
});

it('a device whose token is gone from the key ring can simply sign in again', async () => {
  await sync.environment.secrets.delete(REFRESH_TOKEN_SECRET);
  expect(await signIn()).toMatchObject({ label: EMAIL });
});
