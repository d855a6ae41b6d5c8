import { API_VERSION, type Discovery, TidemarkError } from '../../../contract/index.ts';
import type { CloudApi } from '../api.ts';
import { serverAddress } from '../server-address.ts';
import { type Caller, call } from './call.ts';
import { HttpDrive } from './http-drive.ts';
import { HttpIdentities } from './http-identities.ts';
import { Line, type Waits, defaultWaits } from './line.ts';

export interface HttpCloudOptions {
  readonly server: string;
  readonly appVersion: string;
  /** Wall clock for dates in `Retry-After`; the system's by default. */
  readonly now?: () => number;
  readonly waits?: Waits;
}

/**
 * The client of one cloud. Nothing is sent before the first call; nothing is retried here.
 * Throws `cloud_insecure` for `http://` to another machine, `invalid_request` when `server` is no address.
 */
export function createHttpCloud(options: HttpCloudOptions): CloudApi {
  const server = serverAddress(options.server);
  const line = new Line(server, options.waits ?? defaultWaits);
  const caller: Caller = { line, userAgent: `Tidemark/${options.appVersion} (api ${API_VERSION})`, now: options.now ?? Date.now };
  return {
    server,
    discover: (signal) => discover(caller, signal),
    signUp: (body) => call(caller, 'signUp', { body }),
    signIn: (body) => call(caller, 'signIn', { body }),
    challenge: (body) => call(caller, 'challenge', { body }),
    authorize: (body) => call(caller, 'authorize', { body }),
    deviceAuthorize: (body) => call(caller, 'deviceAuthorize', { body }),
    resetPassword: async (body) => {
      await call(caller, 'resetPassword', { body });
    },
    refresh: (refreshToken, signal) => call(caller, 'refresh', { body: { refreshToken }, signal }),
    revoke: async (refreshToken) => {
      await call(caller, 'revoke', { body: { refreshToken } });
    },
    authorized: (credentials) => new HttpDrive(caller, credentials),
    identities: (credentials) => new HttpIdentities(caller, credentials),
    hangUp: () => {
      line.hangUp();
    },
    close: () => {
      line.close();
      return Promise.resolve();
    },
  };
}

/** Whatever answers but is not a Tidemark cloud of our version is `not_tidemark`; a cloud that is down stays that. */
async function discover(caller: Caller, signal: AbortSignal | undefined): Promise<Discovery> {
  try {
    return await call(caller, 'discovery', { signal });
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    const foreign: readonly string[] = ['cloud_answer_invalid', 'invalid_request', 'not_found', 'not_signed_in', 'unsupported_media_type'];
    if (!foreign.includes(error.code)) throw error;
    throw new TidemarkError('not_tidemark', { server: caller.line.server }, { cause: error });
  }
}
