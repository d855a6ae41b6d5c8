import { secondMs } from '../../base/index.ts';
import { TidemarkEngine } from '../core/engine.ts';
import { DEVICE, EMAIL, ROOT, type TestSync } from './test-sync.ts';

/** An engine on the parts of `sync`, signed in and with its folder, not started. The account is there: `sync.connect` made it. */
export async function engineWithFolder(sync: TestSync): Promise<TidemarkEngine> {
  const { environment, store } = sync;
  const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await engine.call('folder.add', { path: ROOT });
  return engine;
}

/** Time goes on while it ends. */
export async function stopEngine({ clock }: TestSync, engine: TidemarkEngine): Promise<void> {
  const stopping = engine.stop();
  await clock.advance(secondMs);
  await stopping;
}
