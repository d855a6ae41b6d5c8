import { type CodeProof, type DeviceInfo, type Grant, type Session, TidemarkError } from '../../contract/index.ts';
import type { PlatformFacts } from '../environment.ts';
import type { CloudApi, SessionKeeper } from '../remote/index.ts';
import type { AccountRow } from '../store/api.ts';

export interface SignInRequest {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly proof?: CodeProof | undefined;
  /** What another service said, in a browser. */
  readonly grant?: Grant | undefined;
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

/** Signs this device in, with a password, a code or another service. Throws as `signUp`. */
export async function signIn(parts: AccountParts, request: SignInRequest): Promise<AccountRow> {
  const { otherRegion } = await parts.cloud.discover();
  const { email = '', password = '', proof, grant } = request;
  const device = deviceInfo(parts.platform, request.deviceName);
  const session = await parts.cloud
    .signIn(
      grant !== undefined
        ? { method: 'grant', grant, device }
        : proof === undefined
          ? { method: 'password', email, password, device }
          : { method: 'code', proof, device },
    )
    .catch((error: unknown) => {
      throw withOtherRegion(error, otherRegion);
    });
  return settle(parts, session, request);
}

/** Ends this device's session. The secret is gone from here either way; `told` is false when the cloud could not be reached. */
export async function signOut(parts: Pick<AccountParts, 'cloud' | 'session'>): Promise<{ readonly told: boolean }> {
  // A key ring that cannot be read must not keep anyone signed in.
  const token = await parts.session.refreshToken().catch(() => null);
  await parts.session.forget();
  return { told: token !== null && (await tell(parts.cloud, token)) };
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
    await tell(parts.cloud, session.refreshToken);
    throw new TidemarkError('wrong_account', { email: session.label });
  }
  try {
    await parts.session.adopt(session);
  } catch (error) {
    // Nothing half done: without a stored token the device would be signed in until its next start only.
    await tell(parts.cloud, session.refreshToken);
    throw error;
  }
  return {
    server: parts.cloud.server,
    accountId: session.accountId,
    deviceId: session.deviceId,
    label: session.label,
    region: session.region,
    deviceName: deviceInfo(parts.platform, request.deviceName).name,
    signedOut: null,
  };
}

async function tell(cloud: CloudApi, refreshToken: string): Promise<boolean> {
  return cloud.revoke(refreshToken).then(
    () => true,
    () => false,
  );
}

const MAX_DEVICE_NAME = 100;

/** How this device shows in the account's list. */
export function deviceInfo(platform: PlatformFacts, deviceName?: string): DeviceInfo {
  const name = (deviceName ?? platform.hostName).trim().slice(0, MAX_DEVICE_NAME).trim();
  return { name: name === '' ? 'Tidemark' : name, platform: platform.platform, appVersion: platform.appVersion.slice(0, 50) };
}
