import { type Account, DeviceLimitError, TidemarkError } from '../../../contract/index.ts';
import {
  type AccountParts,
  choiceFor,
  dropChoice,
  keepChoice,
  keptChoice,
  proofOf,
  rememberCode,
  signIn,
  signOut,
  signUp,
} from '../../account/index.ts';
import { type CloudApi, REFRESH_TOKEN_SECRET } from '../../remote/index.ts';
import type { AccountRow } from '../../store/index.ts';
import { note } from '../../apply/index.ts';
import { copyUnsent } from '../copy-unsent.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { findUnsent } from '../unsent.ts';

type Names =
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
  | 'account.choices'
  | 'account.unsent'
  | 'account.copyUnsent'
  | 'account.show';

export function accountMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store } = engine;
  const { secrets } = engine.environment;
  const proven = (parts: AccountParts, code: Parameters<typeof proofOf>[2] | undefined) =>
    code === undefined ? {} : { proof: proofOf(store, parts.cloud.server, code, 'enter') };
  const own = () => {
    const { server, signedOut } = engine.requireAccount();
    if (signedOut !== null) throw new TidemarkError(signedOut.code, signedOut.params);
    const { api, session } = engine.connection(server);
    return { server: api.server, identities: api.identities(session) };
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
      const heldDeviceId = held?.server === api.server ? held.deviceId : null;
      const row = await sign({ cloud: api, session, platform: engine.environment.platform, heldAccountId, heldDeviceId }).catch(
        async (error: unknown): Promise<never> => {
          throw await aboutChoice(api.server, error);
        },
      );
      await dropChoice(secrets).catch(() => undefined);
      engine.store.transaction((write) => {
        write.setAccount(row);
      });
      note(engine, 'signed_in', '', { device: row.deviceName });
      await engine.stopRun();
      await engine.startRun();
      engine.announce();
      return drive.me();
    });
  /** A choice that came is kept, one that is over is not. */
  const aboutChoice = async (server: string, error: unknown): Promise<unknown> => {
    if (error instanceof DeviceLimitError) return keepChoice(secrets, server, error);
    if (error instanceof TidemarkError && error.code === 'choice_over') await dropChoice(secrets);
    return error;
  };
  return {
    'account.sendCode': ({ server, to, purpose, language }) =>
      asking(server, async (cloud) => {
        await cloud.discover();
        return rememberCode(store, cloud.server, to, purpose, await cloud.challenge({ to, purpose, ...spoken(language) }));
      }),
    'account.sendOwnCode': async ({ to, purpose, language }) => {
      const { server, identities } = own();
      return rememberCode(store, server, to, purpose, await identities.challenge({ to, purpose, ...spoken(language) }));
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
      enter(server, async (parts) => {
        const isChosen = request.signOutDevice !== undefined && code === undefined && request.password === undefined;
        const choice = isChosen ? { choice: await choiceFor(secrets, parts.cloud.server) } : {};
        return signIn(parts, { ...request, ...proven(parts, code), ...choice });
      }),
    'account.choices': async () => {
      const found = await keptChoice(secrets);
      if (found === null) return null;
      const { server, limit, choice } = found;
      return { server, limit, expiresAt: choice.expiresAt, devices: choice.devices };
    },
    'account.unsent': async ({ limit }) => {
      const { items, ...found } = await findUnsent(engine);
      return { ...found, items: items.slice(0, limit).map(({ path, why, sizeBytes, reason }) => ({ path, why, sizeBytes, reason })) };
    },
    'account.copyUnsent': ({ to, localOnly }) => copyUnsent(engine, to, localOnly),
    'account.resetPassword': ({ server, code, password }) =>
      asking(server, async (cloud) => {
        await cloud.resetPassword({ proof: proofOf(store, cloud.server, code, 'reset'), password });
        return {};
      }),
    'account.signOut': () =>
      engine.exclusively(async () => {
        const account = engine.requireAccount();
        await engine.stopRun();
        // First of all, and durable: whatever fails after this, the device is signed out.
        engine.store.transaction((write) => {
          write.setAccount({ ...account, signedOut: { code: 'not_signed_in', params: {} } });
        });
        engine.store.sync();
        note(engine, 'signed_out', '', { device: account.deviceName });
        engine.announce();
        const { api, session } = engine.connection(account.server);
        const { revocations, environment } = engine;
        const { told } = await signOut({ cloud: api, session, revocations, clock: environment.clock });
        // The cloud itself has ended this session before.
        const isEnded = account.signedOut !== null && account.signedOut.code !== 'not_signed_in';
        return { told: told || isEnded, deviceId: account.deviceId };
      }),
    'account.show': () => engine.requireDrive().me(),
  };
}
