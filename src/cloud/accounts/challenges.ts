import { createHmac, type KeyObject, randomInt, timingSafeEqual } from 'node:crypto';
import {
  type Challenge,
  CODE_DIGITS,
  type CodeAddress,
  type CodeProof,
  type CodePurpose,
  type IdentityKind,
  TidemarkError,
} from '../../contract/index.ts';
import { hourMs, minuteMs } from '../../base/index.ts';
import type { AccountCatalogue, ChallengeRecord, IdentityKey } from '../catalogue.ts';
import type { Outbox } from '../messages/outbox.ts';
import { codeMessage, nearestLocale } from '../messages/texts.ts';
import { rateLimited } from '../rate-limited.ts';
import { requireServed } from './phone-numbers.ts';

// OWASP ASVS 5, 6.5 and 6.6: codes of at least 20 bits, for ten minutes, for one use, and guessed at a few times only.
const CODE_MS = 10 * minuteMs;
const TRIES = 5;
/** Wrong codes for one address in an hour, over all that were sent to it: another code does not make guessing cheaper. */
const TRIES_AN_HOUR = 20;
/** To one address in an hour. */
const CODES_AN_HOUR = 6;
/** Until the next one may be sent, by how many were in the last hour. */
const PAUSES_MS = [1, 1, 2, 5, 10].map((minutes) => minutes * minuteMs);

export interface ChallengesOptions {
  readonly catalogue: AccountCatalogue;
  /** Where codes can go; a kind that is missing is not served. */
  readonly outboxes: { readonly email?: Outbox; readonly phone?: Outbox };
  /** Where text messages go to, two letters of ISO 3166-1 each; null: everywhere. */
  readonly countries: readonly string[] | null;
  /** Codes are kept by their HMAC: six digits alone would be guessed from any hash. */
  readonly key: KeyObject;
  readonly now: () => number;
  readonly newId: () => string;
}

interface Asked {
  readonly to: CodeAddress;
  readonly purpose: CodePurpose;
  readonly language?: string | undefined;
  /** Who asked, where somebody is signed in. */
  readonly accountNo: number | null;
}

export const keyOf = (to: CodeAddress): IdentityKey => ({ kind: to.kind, subject: to.kind === 'email' ? to.email : to.phone });

/** Codes that show that an address is somebody's. Throws TidemarkError with the code of the answer. */
export class Challenges {
  readonly #options: ChallengesOptions;

  constructor(options: ChallengesOptions) {
    this.#options = options;
  }

  serves(kind: IdentityKind): boolean {
    return (kind === 'email' || kind === 'phone') && this.#options.outboxes[kind] !== undefined;
  }

  /** Sends a code. Says nothing of whether there is an account, in words or in time: the message goes out in the background. */
  async issue({ to, purpose, language, accountNo }: Asked): Promise<Challenge> {
    const { catalogue, now, newId, outboxes } = this.#options;
    const outbox = outboxes[to.kind];
    if (outbox === undefined) throw new TidemarkError('codes_unavailable');
    if (to.kind === 'phone') requireServed(to.phone, this.#options.countries);
    const key = keyOf(to);
    const at = now();
    const lately = await catalogue.challengesTo(key, at - hourMs);
    const resendAt = nextAt(lately);
    if (resendAt > at) throw rateLimited(resendAt - at);
    const id = newId();
    const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    const challenge: ChallengeRecord = {
      ...key,
      id,
      purpose,
      accountNo,
      codeHash: this.#hash(id, code),
      sentAt: at,
      expiresAt: at + CODE_MS,
      failures: 0,
      usedAt: null,
    };
    await catalogue.addChallenge(challenge);
    const message = codeMessage(to.kind, purpose, code, CODE_MS / minuteMs, nearestLocale(language));
    outbox.send({ to: key.subject, ...message });
    return { id, expiresAt: challenge.expiresAt, resendAt: nextAt([challenge, ...lately]), attemptsLeft: TRIES };
  }

  /** Whose address it is. The code is used up by whoever does something with it, in the same transaction. */
  async check({ challenge: id, code }: CodeProof, purpose: CodePurpose, accountNo: number | null): Promise<ChallengeRecord> {
    const { catalogue, now } = this.#options;
    const found = await catalogue.tryChallenge(id, TRIES, now());
    if (found === undefined || found.purpose !== purpose || found.accountNo !== accountNo) throw new TidemarkError('code_expired');
    const all = await catalogue.challengesTo(found, now() - hourMs);
    if (all.reduce((sum, { failures }) => sum + failures, 0) > TRIES_AN_HOUR) throw rateLimited(hourMs);
    const isRight = timingSafeEqual(Buffer.from(this.#hash(id, code), 'hex'), Buffer.from(found.codeHash, 'hex'));
    if (!isRight) throw new TidemarkError('code_wrong', { attemptsLeft: TRIES - found.failures });
    await catalogue.challengeMet(id);
    return found;
  }

  #hash(id: string, code: string): string {
    return createHmac('sha256', this.#options.key).update(`${id} ${code}`).digest('hex');
  }
}

/** When the next code may be sent to an address, to which these were in the last hour, the newest first. */
function nextAt(lately: readonly ChallengeRecord[]): number {
  const [newest] = lately;
  const oldest = lately.at(-1);
  if (newest === undefined || oldest === undefined) return 0;
  if (lately.length >= CODES_AN_HOUR) return oldest.sentAt + hourMs;
  return newest.sentAt + (PAUSES_MS[lately.length - 1] ?? hourMs);
}
