import { TidemarkError } from '../../../contract/index.ts';
import { type AccountParts, signIn, signOut, signUp } from '../../account/index.ts';
import { REFRESH_TOKEN_SECRET } from '../../remote/index.ts';
import type { AccountRow } from '../../store/index.ts';
import { note } from '../../apply/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

export function accountMethods(engine: TidemarkEngine): Handlers<'account.signUp' | 'account.signIn' | 'account.signOut' | 'account.show'> {
  const enter = (server: string, sign: (parts: AccountParts) => Promise<AccountRow>) =>
    engine.exclusively(async () => {
      const held = engine.store.account();
      // Without its token (a key ring that was reset) it is signed in by name only: signing in is the way out.
      if (held !== null && held.signedOut === null && (await engine.environment.secrets.get(REFRESH_TOKEN_SECRET)) !== null)
        throw new TidemarkError('usage', { detail: `This device is signed in as ${held.email}; sign out first` });
      const { api, session, drive } = engine.connection(server);
      const heldAccountId = engine.store.folder() === null ? null : (held?.accountId ?? null);
      const row = await sign({ cloud: api, session, platform: engine.environment.platform, heldAccountId });
      engine.store.transaction((write) => {
        write.setAccount(row);
      });
      note(engine, 'signed_in', '', { device: row.deviceName });
      await engine.stopRun();
      await engine.startRun();
      engine.announce();
      return drive.me();
    });
  return {
    'account.signUp': ({ server, ...request }) => enter(server, (parts) => signUp(parts, request)),
    'account.signIn': ({ server, ...request }) => enter(server, (parts) => signIn(parts, request)),
    'account.signOut': () =>
      engine.exclusively(async () => {
        const account = engine.requireAccount();
        await engine.stopRun();
        const { api, session } = engine.connection(account.server);
        const { told } = await signOut({ cloud: api, session });
        engine.store.transaction((write) => {
          write.setAccount({ ...account, signedOut: { code: 'not_signed_in', params: {} } });
        });
        note(engine, 'signed_out', '', { device: account.deviceName });
        engine.announce();
        return { told };
      }),
    'account.show': () => engine.requireDrive().me(),
  };
}
