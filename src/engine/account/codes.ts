import {
  type Challenge,
  type CodeAddress,
  type CodeAdvice,
  type CodeProof,
  type CodePurpose,
  type Discovery,
  TidemarkError,
} from '../../contract/index.ts';
import type { ChallengeRow, Store } from '../store/api.ts';

/** Older ones are over long before there are so many. */
const MOST_KEPT = 10;

const addressOf = (to: CodeAddress): string => (to.kind === 'email' ? to.email : to.phone);

/** Remembers what a code belongs to that was just sent: whoever gets it types the code alone, also into a later command. */
export function rememberCode(store: Store, server: string, to: CodeAddress, purpose: CodePurpose, challenge: Challenge): Challenge {
  const row: ChallengeRow = { server, to, purpose, id: challenge.id };
  const others = store.challenges().filter((one) => !isFor(one, server, to, purpose));
  store.transaction((write) => {
    write.setChallenges([row, ...others].slice(0, MOST_KEPT));
  });
  return challenge;
}

/** What the code that was typed proves. Throws `code_expired` when none was sent from here. */
export function proofOf(
  store: Store,
  server: string,
  { to, code }: { readonly to: CodeAddress; readonly code: string },
  purpose: CodePurpose,
): CodeProof {
  const row = store.challenges().find((one) => isFor(one, server, to, purpose));
  if (row === undefined) throw new TidemarkError('code_expired');
  return { challenge: row.id, code };
}

const isFor = (row: ChallengeRow, server: string, to: CodeAddress, purpose: string): boolean =>
  row.server === server && row.purpose === purpose && row.to.kind === to.kind && addressOf(row.to) === addressOf(to);

/** What helps when the code does not come, as far as this cloud offers it; the order is that of PRODUCT, "Accounts". */
export function adviceFor({ kind }: CodeAddress, { codes, providers }: Pick<Discovery, 'codes' | 'providers'>): CodeAdvice[] {
  return [
    ...(kind === 'email' ? (['spam'] as const) : []),
    'typos',
    ...(kind === 'phone' && codes.email ? (['email'] as const) : []),
    ...(providers.length > 0 ? (['provider'] as const) : []),
  ];
}
