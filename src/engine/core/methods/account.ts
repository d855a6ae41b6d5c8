import { type Account, TidemarkError } from '../../../contract/index.ts';
import { type AccountParts, adviceFor, proofOf, readAddress, rememberCode, signIn, signOut, signUp } from '../../account/index.ts';
import { type CloudApi, REFRESH_TOKEN_SECRET } from '../../remote/index.ts';
import type { AccountRow } from '../../store/index.ts';
import { note } from '../../apply/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

type Names =
  | 'account.readAddress'
  | 'account.sendCode'
  | 'account.signUp'
  | 'account.signIn'
  | 'account.sendOwnCode'
  | 'account.prove'
  | 'account.link'
  | 'account.unlink'
  | 'account.setPassword'
  | 'account.resetPassword'
  | 'account.signOut'
  | 'account.show'
  | 'account.log';

export function accountMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store } = engine;
  const proven = (parts: AccountParts, code: Parameters<typeof proofOf>[2] | undefined) =>
    code === undefined ? {} : { proof: proofOf(store, parts.cloud.server, code, 'enter') };
  const own = () => {
    const { server, signedOut } = engine.requireAccount();
    if (signedOut !== null) throw new TidemarkError(signedOut.code, signedOut.params);
    const { api, session } = engine.connection(server);
    return { server: api.server, identities: api.identities(session), discover: () => api.discover() };
  };
  const spoken = (language: string | undefined) => (language === undefined ? {} : { language });
  /** An account may be called otherwise once a way to sign in came or went. */
  const shown = (account: Account): Account => {
    const row = store.account();
    if (row !== null && row.label !== account.label) {
      store.transaction((write) => {
        write.setAccount({ ...row, label: account.label });
      });
      engine.announce();
    }
    return account;
  };
  // Only asked, never signed in there: what is kept of another cloud stays as it is.
  const asking = async <T>(server: string, ask: (cloud: CloudApi) => Promise<T>): Promise<T> => {
    const cloud = engine.environment.connect(server);
    try {
      return await ask(cloud);
    } finally {
      await cloud.close();
    }
  };
  const enter = (server: string, sign: (parts: AccountParts) => Promise<AccountRow>) =>
    engine.exclusively(async () => {
      const held = engine.store.account();
      // Without its token (a key ring that was reset) it is signed in by name only: signing in is the way out.
      if (held !== null && held.signedOut === null && (await engine.environment.secrets.get(REFRESH_TOKEN_SECRET)) !== null)
        throw new TidemarkError('usage', { detail: `This device is signed in as ${held.label}; sign out first` });
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
    'account.readAddress': ({ server, ...typed }) =>
      readAddress(typed, async () => {
        const { region, codes } = await asking(server ?? engine.requireAccount().server, (cloud) => cloud.discover());
        return { region, countries: codes.phoneCountries };
      }),
    'account.sendCode': ({ server, to, purpose, language }) =>
      asking(server, async (cloud) => {
        const advice = adviceFor(to, await cloud.discover());
        const sent = await cloud.challenge({ to, purpose, ...spoken(language) });
        return { ...rememberCode(store, cloud.server, to, purpose, sent), advice };
      }),
    'account.sendOwnCode': async ({ to, purpose, language }) => {
      const { server, identities, discover } = own();
      const advice = adviceFor(to, await discover());
      return { ...rememberCode(store, server, to, purpose, await identities.challenge({ to, purpose, ...spoken(language) })), advice };
    },
    'account.prove': async ({ password, code }) => {
      const { server, identities } = own();
      if (code !== undefined) await identities.prove({ method: 'code', proof: proofOf(store, server, code, 'prove') });
      else await identities.prove({ method: 'password', password: password ?? '' });
      return {};
    },
    'account.link': async ({ code }) => {
      const { server, identities } = own();
      return shown(await identities.add(proofOf(store, server, code, 'link')));
    },
    'account.unlink': async ({ id }) => shown(await own().identities.remove(id)),
    'account.setPassword': async ({ password }) => {
      await own().identities.setPassword(password);
      return {};
    },
    'account.signUp': ({ server, code, ...request }) =>
      enter(server, async (parts) => signUp(parts, { ...request, ...proven(parts, code) })),
    'account.signIn': ({ server, code, ...request }) =>
      enter(server, async (parts) => signIn(parts, { ...request, ...proven(parts, code) })),
    'account.resetPassword': ({ server, code, password }) =>
      asking(server, async (cloud) => {
        await cloud.resetPassword({ proof: proofOf(store, cloud.server, code, 'reset'), password });
        return {};
      }),
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
    'account.log': ({ before, limit }) => own().identities.log(before, limit),
    'account.show': () => engine.requireDrive().me(),
  };
}
