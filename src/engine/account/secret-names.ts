import { REFRESH_TOKEN_SECRET } from '../remote/index.ts';
import { CHOICE_SECRET } from './device-choice.ts';
import { REVOCATIONS_SECRET } from './revocations.ts';

/** All that an engine keeps in the secret store of its profile. */
export const engineSecrets: readonly string[] = [REFRESH_TOKEN_SECRET, REVOCATIONS_SECRET, CHOICE_SECRET];
