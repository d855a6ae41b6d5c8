import { join, resolve } from 'node:path';

/** The profile that the app was started with (`--profile DIR`, then `TIDEMARK_PROFILE`), absolute; undefined is the default one. */
export function givenProfile(args: readonly string[], env: Readonly<Record<string, string | undefined>>): string | undefined {
  const at = args.findIndex((word) => word === '--profile' || word.startsWith('--profile='));
  const word = args[at];
  const given =
    at < 0 || word === undefined ? env['TIDEMARK_PROFILE'] : word === '--profile' ? args[at + 1] : word.slice('--profile='.length);
  return given === undefined || given === '' ? undefined : resolve(given);
}

/** What Chromium keeps: apart from what the engine keeps, and one for each profile, so that each has a lock of its own. */
export const windowData = (profile: string | undefined, appData: string): string => join(profile ?? join(appData, 'Tidemark'), 'window');
