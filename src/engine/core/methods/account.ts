import { type Account, type Challenge, DeviceLimitError, type SentChallenge, TidemarkError } from '../../../contract/index.ts';
import {
  type AccountParts,
  adviceFor,
  choiceFor,
  deviceInfo,
  dropChoice,
  enteringOf,
  giveBack,
  keepChoice,
  keptChoice,
  proofOf,
  readAddress,
  rememberCode,
  settle,
  type SignInRequest,
  signIn,
  signOut,
  signUp,
  timesHere,
} from '../../account/index.ts';
import { type CloudApi, REFRESH_TOKEN_SECRET } from '../../remote/index.ts';
import type { AccountRow } from '../../store/index.ts';
import { note } from '../../apply/index.ts';
import { copyUnsent } from '../copy-unsent.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { findUnsent } from '../unsent.ts';

type Names =
  | 'account.readAddress'
  | 'account.sendCode'
  | 'account.beginBrowser'
  | 'account.beginDevice'
  | 'account.cancelSignIn'
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
  | 'account.show'
  | 'account.log';

export function accountMethods(engine: TidemarkEngine): Handlers<Names> {
  const { store, signIns, revocations } = engine;
  const { secrets } = engine.environment;
  const proven = (parts: AccountParts, code: Parameters<typeof proofOf>[2] | undefined) =>
    code === undefined ? {} : { proof: proofOf(store, parts.cloud.server, code, 'enter') };
  const own = () => {
    const { server, signedOut } = engine.requireAccount();
    if (signedOut !== null) throw new TidemarkError(signedOut.code, signedOut.params);
    const { api, session } = engine.connection(server);
    return { server: api.server, identities: api.identities(session), discover: () => api.discover() };
  };
  const sentHere = ({ id, issuedAt, expiresAt, resendAt, attemptsLeft }: Challenge, advice: SentChallenge['advice']): SentChallenge => {
    const here = timesHere(engine.environment.clock, issuedAt);
    return { id, expiresAt: here(expiresAt), resendAt: here(resendAt), attemptsLeft, advice };
  };
  const spoken = (language: string | undefined) => (language === undefined ? {} : { language });
  const setAccount = (row: AccountRow | null): void =>
    store.transaction((write) => {
      write.setAccount(row);
    });
  /** An account may be called otherwise once a way to sign in came or went. */
  const shown = (account: Account): Account => {
    const row = store.account();
    if (row !== null && row.label !== account.label) {
      setAccount({ ...row, label: account.label });
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
  const refuseSignedIn = async (): Promise<void> => {
    const held = engine.store.account();
    // Without its token (a key ring that was reset) it is signed in by name only: signing in is the way out.
    if (held !== null && held.signedOut === null && (await engine.environment.secrets.get(REFRESH_TOKEN_SECRET)) !== null)
      throw new TidemarkError('signed_in_already', { account: held.label });
  };
  const claim = (row: AccountRow) => {
    const before = store.account();
    setAccount({ ...row, signedOut: { code: 'not_signed_in', params: {} } });
    store.sync();
    return () => setAccount(before);
  };
  const enter = (server: string, sign: (parts: AccountParts) => Promise<AccountRow>) =>
    engine.exclusively(async () => {
      await refuseSignedIn();
      await engine.putTokenAside();
      const held = engine.store.account();
      const { api, session, drive } = engine.connection(server);
      const heldAccountId = engine.store.folder() === null ? null : (held?.accountId ?? null);
      const heldDeviceId = held?.server === api.server ? held.deviceId : null;
      const { platform } = engine.environment;
      const row = await sign({ cloud: api, session, platform, heldAccountId, heldDeviceId, revocations, claim }).catch(
        async (error: unknown): Promise<never> => {
          throw await aboutChoice(api.server, error);
        },
      );
      await dropChoice(secrets).catch(() => undefined);
      setAccount(row);
      note(engine, 'signed_in', '', { device: row.deviceName });
      await engine.stopRun();
      await engine.startRun();
      engine.announce();
      return drive.me();
    });
  /** Waits for the person before it keeps others waiting; where the session is not taken, the cloud forgets it. */
  const enterWith = async (
    server: string,
    begun: string,
    request: Pick<SignInRequest, 'deviceName' | 'signOutDevice'>,
  ): Promise<Account> => {
    await refuseSignedIn();
    const { deviceName } = request;
    const session = await asking(server, (cloud) => {
      const held = store.account();
      const heldDeviceId = held?.server === cloud.server ? held.deviceId : null;
      const entering = enteringOf({ platform: engine.environment.platform, heldDeviceId }, request);
      return signIns
        .session(begun, cloud.server, (grant) => cloud.signIn({ method: 'grant', grant, ...entering }))
        .catch(async (error: unknown): Promise<never> => {
          throw await aboutChoice(cloud.server, error);
        });
    });
    signIns.done(begun);
    const taken = { over: false };
    try {
      return await enter(server, (parts) => {
        taken.over = true;
        return settle(parts, session, { deviceName });
      });
    } finally {
      if (!taken.over) await asking(server, (cloud) => giveBack({ cloud, revocations }, session.refreshToken));
    }
  };
  /** What this device was called before, where nothing else is said: somebody may have named it. */
  const named = (deviceName: string | undefined): { readonly deviceName?: string } => {
    const name = deviceName ?? store.account()?.deviceName;
    return name === undefined ? {} : { deviceName: name };
  };
  /** A choice that came is kept, one that is over is not. */
  const aboutChoice = async (server: string, error: unknown): Promise<unknown> => {
    if (error instanceof DeviceLimitError) return keepChoice(secrets, server, error);
    if (error instanceof TidemarkError && error.code === 'choice_over') await dropChoice(secrets);
    return error;
  };
  return {
    'account.readAddress': ({ server, ...typed }) =>
      readAddress(typed, async () => {
        const { region, codes } = await asking(server ?? engine.requireAccount().server, (cloud) => cloud.discover());
        return { region, countries: codes.phoneCountries };
      }),
    'account.beginBrowser': (params) => {
      if (params.purpose === 'enter') {
        return asking(params.server, async (cloud) => {
          await cloud.discover();
          return signIns.beginBrowser(cloud.server, params.provider, (request) => cloud.authorize(request));
        });
      }
      const { server, identities } = own();
      return signIns.beginBrowser(server, params.provider, (request) => identities.authorize({ ...request, purpose: params.purpose }));
    },
    'account.beginDevice': ({ server, deviceName }) =>
      asking(server, async (cloud) => {
        await cloud.discover();
        const device = deviceInfo(engine.environment.platform, named(deviceName).deviceName);
        return signIns.beginDevice(cloud.server, () => cloud.deviceAuthorize({ device }));
      }),
    'account.cancelSignIn': async ({ id }) => {
      signIns.cancel(id);
      return {};
    },
    'account.sendCode': ({ server, to, purpose, language }) =>
      asking(server, async (cloud) => {
        const advice = adviceFor(to, await cloud.discover());
        const sent = await cloud.challenge({ to, purpose, ...spoken(language) });
        return sentHere(rememberCode(store, cloud.server, to, purpose, sent), advice);
      }),
    'account.sendOwnCode': async ({ to, purpose, language }) => {
      const { server, identities, discover } = own();
      const advice = adviceFor(to, await discover());
      return sentHere(rememberCode(store, server, to, purpose, await identities.challenge({ to, purpose, ...spoken(language) })), advice);
    },
    'account.prove': async ({ password, code, begun }) => {
      const { server, identities } = own();
      if (begun !== undefined) {
        await identities.prove({ method: 'grant', grant: await signIns.grant(begun, server) });
        signIns.done(begun);
      } else if (code !== undefined) await identities.prove({ method: 'code', proof: proofOf(store, server, code, 'prove') });
      else await identities.prove({ method: 'password', password: password ?? '' });
      return {};
    },
    'account.link': async (given) => {
      const { server, identities } = own();
      if ('code' in given) return shown(await identities.add({ proof: proofOf(store, server, given.code, 'link') }));
      const linked = shown(await identities.add({ grant: await signIns.grant(given.begun, server) }));
      signIns.done(given.begun);
      return linked;
    },
    'account.unlink': async ({ id }) => shown(await own().identities.remove(id)),
    'account.setPassword': async ({ password }) => {
      await own().identities.setPassword(password);
      return {};
    },
    'account.signUp': async ({ server, code, begun, ...given }) => {
      const request = { ...given, ...named(given.deviceName) };
      if (begun === undefined) return enter(server, async (parts) => signUp(parts, { ...request, ...proven(parts, code) }));
      await refuseSignedIn();
      const grant = await asking(server, (cloud) => signIns.grant(begun, cloud.server));
      const account = await enter(server, (parts) => signUp(parts, { ...request, grant }));
      signIns.done(begun);
      return account;
    },
    'account.signIn': ({ server, code, begun, ...given }) => {
      const request = { ...given, ...named(given.deviceName) };
      if (begun !== undefined) return enterWith(server, begun, request);
      return enter(server, async (parts) => {
        const isChosen = request.signOutDevice !== undefined && code === undefined && request.password === undefined;
        const choice = isChosen ? { choice: await choiceFor(secrets, parts.cloud.server) } : {};
        return signIn(parts, { ...request, ...proven(parts, code), ...choice });
      });
    },
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
        // First of all, and durable: whatever fails after this, the device is signed out, and where this fails, it is not.
        setAccount({ ...account, signedOut: { code: 'not_signed_in', params: {} } });
        engine.store.sync();
        await engine.stopRun();
        note(engine, 'signed_out', '', { device: account.deviceName });
        engine.announce();
        const { api, session } = engine.connection(account.server);
        const { told } = await signOut({ cloud: api, session, revocations, clock: engine.environment.clock });
        // The cloud itself has ended this session before.
        const isEnded = account.signedOut !== null && account.signedOut.code !== 'not_signed_in';
        return { told: told || isEnded, deviceId: account.deviceId };
      }),
    'account.log': ({ before, limit }) => own().identities.log(before, limit),
    'account.show': () => engine.requireDrive().me(),
  };
}
