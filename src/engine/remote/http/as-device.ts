import { type ErrorCode, TidemarkError } from '../../../contract/index.ts';
import type { Credentials } from '../api.ts';

/** What a cloud says of an access token. Other answers with the status 401 speak of a password or a code. */
const OF_TOKENS: ReadonlySet<ErrorCode> = new Set([
  'access_expired',
  'session_expired',
  'device_revoked',
  'not_signed_in',
  'no_such_account',
]);

/** One more try with a new access token when the cloud refuses this one; whether the session has ended shows in its refresh. */
export async function asDevice<T>(
  credentials: Credentials,
  request: (accessToken: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const first = await credentials.accessToken(signal);
  try {
    return await request(first);
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.kind.status !== 401 || !OF_TOKENS.has(error.code)) throw error;
    credentials.refused(first);
  }
  return request(await credentials.accessToken(signal));
}
