import { type Disposer, secondMs } from '../../base/index.ts';
import {
  type CodeProof,
  type DeviceInfo,
  type Grant,
  MAX_DEVICE_NAME,
  type Session,
  TidemarkError,
  UNSEEN_IN_NAMES,
} from '../../contract/index.ts';
import type { Clock, PlatformFacts } from '../environment.ts';
import type { CloudApi, SessionKeeper } from '../remote/index.ts';
import type { AccountRow } from '../store/api.ts';
import type { Revocations } from './revocations.ts';

export interface SignInRequest {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly proof?: CodeProof | undefined;
  /** What another service said, in a browser. */
  readonly grant?: Grant | undefined;
  /** From an earlier refusal: stands for a proof. */
  readonly choice?: string | undefined;
  /** Signed out in the same step. */
  readonly signOutDevice?: string | undefined;
  /** The host's name when absent. */
  readonly deviceName?: string | undefined;
}

export interface SignUpRequest extends SignInRequest {
  readonly bootstrapSecret?: string | undefined;
  readonly invite?: string | undefined;
}

export interface AccountParts {
  readonly cloud: CloudApi;
  readonly session: SessionKeeper;
  readonly platform: PlatformFacts;
  /** The account whose trees the profile holds; null when it holds none. */
  readonly heldAccountId: string | null;
  /** What this device was called by this cloud the last time it was signed in. */
  readonly heldDeviceId: string | null;
  readonly revocations: Revocations;
  /**
   * Notes whose the token is that is about to be stored, as signed out: killed before the end, the engine tells that cloud and no
   * other. Answers what takes the note back.
   */
  readonly claim: (row: AccountRow) => Disposer;
}

/**
 * Makes an account and signs this device in; the refresh token is in the secret store when it resolves.
 * Throws TidemarkError: wrong_account when the profile holds another account's files, those of the cloud, the key ring's.
 */
export async function signUp(parts: AccountParts, request: SignUpRequest): Promise<AccountRow> {
  const { email, password, proof, grant, bootstrapSecret, invite } = request;
  // A new account is never the one that is held; so nothing is made that would be refused afterwards.
  if (parts.heldAccountId !== null) throw new TidemarkError('wrong_account', email === undefined ? {} : { email });
  await parts.cloud.discover();
  const session = await parts.cloud.signUp({
    ...(email === undefined || password === undefined ? {} : { email, password }),
    ...(proof === undefined ? {} : { proof }),
    ...(grant === undefined ? {} : { grant }),
    device: deviceInfo(parts.platform, request.deviceName),
    ...(bootstrapSecret === undefined ? {} : { bootstrapSecret }),
    ...(invite === undefined ? {} : { invite }),
  });
  return settle(parts, session, request);
}

/** Signs this device in, with a password, a code, another service or a choice. Throws as `signUp`, and DeviceLimitError. */
export async function signIn(parts: AccountParts, request: SignInRequest): Promise<AccountRow> {
  const { otherRegion } = await parts.cloud.discover();
  const session = await parts.cloud.signIn(howOf(parts, request)).catch((error: unknown) => {
    throw withOtherRegion(error, otherRegion);
  });
  return settle(parts, session, request);
}

function howOf(parts: AccountParts, request: SignInRequest): Parameters<CloudApi['signIn']>[0] {
  const { email = '', password = '', proof, grant, choice, signOutDevice } = request;
  const entering = enteringOf(parts, request);
  if (choice !== undefined && signOutDevice !== undefined) return { method: 'choice', choice, ...entering, signOutDevice };
  if (grant !== undefined) return { method: 'grant', grant, ...entering };
  return proof === undefined ? { method: 'password', email, password, ...entering } : { method: 'code', proof, ...entering };
}

/** What is told of this device with each way to sign in. */
export const enteringOf = (
  { platform, heldDeviceId }: Pick<AccountParts, 'platform' | 'heldDeviceId'>,
  { deviceName, signOutDevice }: Pick<SignInRequest, 'deviceName' | 'signOutDevice'>,
) => ({
  device: deviceInfo(platform, deviceName),
  ...(heldDeviceId === null ? {} : { replaces: heldDeviceId }),
  ...(signOutDevice === undefined ? {} : { signOutDevice }),
});

/** Nobody waits longer than this for the cloud to hear of a sign-out; it is told again later. */
const TELL_MS = 5 * secondMs;

/**
 * Ends this device's session here, at once and in any case. `told` is false while the cloud has not heard of it; what it takes
 * to tell it stays in the secret store until then.
 */
export async function signOut(
  parts: Pick<AccountParts, 'cloud' | 'session' | 'revocations'> & { readonly clock: Clock },
): Promise<{ readonly told: boolean }> {
  const { cloud, session, revocations, clock } = parts;
  // A key ring that cannot be read must not keep anyone signed in.
  const token = await session.refreshToken().catch(() => undefined);
  const isKept = typeof token === 'string' && (await revocations.add(cloud.server, token).then(...yes));
  await session.forget().catch(() => undefined);
  if (token === undefined) return { told: false };
  // Signed out before: the cloud has heard of it, or does now, or is still to.
  if (token === null)
    return {
      told: await within(
        clock,
        TELL_MS,
        revocations.tellAll().then(async () => !(await revocations.owesAt(cloud.server))),
      ),
    };
  const told = isKept ? revocations.tellAll().then(async () => !(await revocations.owes(token))) : tell(cloud, token);
  return { told: await within(clock, TELL_MS, told) };
}

const yes = [() => true, () => false] as const;

/** False when it takes longer. */
async function within(clock: Clock, ms: number, work: Promise<boolean>): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const cancel = clock.timer(ms, () => over.resolve(false));
  try {
    return await Promise.race([work.catch(() => false), over.promise]);
  } finally {
    cancel();
  }
}

/** The account may live in the other region: where that is, is offered. It is not asked; whoever wants it there signs in there. */
function withOtherRegion(error: unknown, otherRegion: string | null): unknown {
  if (otherRegion === null || !(error instanceof TidemarkError)) return error;
  if (error.code !== 'no_such_account' && error.code !== 'invalid_credentials') return error;
  return new TidemarkError(error.code, { otherRegion }, { cause: error });
}

/** Makes a session this device's own. Where that fails nothing is left of it. */
export async function settle(parts: AccountParts, session: Session, request: Pick<SignInRequest, 'deviceName'>): Promise<AccountRow> {
  if (parts.heldAccountId !== null && parts.heldAccountId !== session.accountId) {
    await giveBack(parts, session.refreshToken);
    throw new TidemarkError('wrong_account', { email: session.label });
  }
  const row: AccountRow = {
    server: parts.cloud.server,
    accountId: session.accountId,
    deviceId: session.deviceId,
    label: session.label,
    region: session.region,
    deviceName: deviceInfo(parts.platform, request.deviceName).name,
    signedOut: null,
  };
  let unclaim: Disposer | undefined;
  try {
    unclaim = parts.claim(row);
    await parts.session.adopt(session);
  } catch (error) {
    // Nothing half done: without a stored token the device would be signed in until its next start only.
    await giveBack(parts, session.refreshToken);
    unclaim?.();
    throw error;
  }
  return row;
}

/** Ends a session that nobody takes. A cloud that cannot hear of it now is told later: the account would have a device too many. */
export async function giveBack({ cloud, revocations }: Pick<AccountParts, 'cloud' | 'revocations'>, refreshToken: string): Promise<void> {
  if (await tell(cloud, refreshToken)) return;
  await revocations.add(cloud.server, refreshToken).then(
    () => void revocations.tellAll(),
    () => undefined,
  );
}

async function tell(cloud: CloudApi, refreshToken: string): Promise<boolean> {
  return cloud.revoke(refreshToken).then(...yes);
}

/** How this device shows in the account's list. */
export function deviceInfo(platform: PlatformFacts, deviceName?: string): DeviceInfo {
  // The name of a machine may hold anything.
  const shown = (deviceName ?? platform.hostName).replace(new RegExp(UNSEEN_IN_NAMES, 'gu'), '');
  const name = shown.trim().slice(0, MAX_DEVICE_NAME).trim();
  return { name: name === '' ? 'Tidemark' : name, platform: platform.platform, appVersion: platform.appVersion.slice(0, 50) };
}
