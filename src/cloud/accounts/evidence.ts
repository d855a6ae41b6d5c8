import type { AccountRecord, Evidence, IdentityKey } from '../catalogue.ts';
import { digestOf } from '../ids.ts';
import type { Granted } from './grants.ts';

/** What signs in, and what shows that it is theirs; null where it is believed. */
export interface ShownIdentity {
  readonly key: IdentityKey;
  readonly label: string;
  readonly evidence: Evidence | null;
  readonly shownAt?: number;
}

/** What was checked for a password: another one since makes what it allowed worthless. */
export const passwordMark = (account: AccountRecord | undefined): string | null =>
  account?.passwordHash === undefined || account.passwordHash === null ? null : digestOf(account.passwordHash);

export const evidenceOf = ({ no, how, evidence }: Granted): Evidence => ({
  authorizationNo: no,
  ...(how === 'code' && evidence !== null ? { challengeId: evidence } : {}),
});
