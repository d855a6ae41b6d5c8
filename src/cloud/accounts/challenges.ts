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
import { dayMs, hourMs, minuteMs } from '../../base/index.ts';
import type { AccountCatalogue, ChallengeRecord, IdentityKey } from '../catalogue.ts';
import type { Outbox } from '../messages/outbox.ts';
import { codeMessage, nearestLocale } from '../messages/texts.ts';
import type { CoarseAddress } from './places.ts';
import { rateLimited } from '../rate-limited.ts';
import { requireServed } from './phone-numbers.ts';

// OWASP ASVS 5, 6.5 and 6.6: codes of at least 20 bits, for ten minutes, for one use, and guessed at a few times only.
const CODE_MS = 10 * minuteMs;
const TRIES = 5;
/** Wrong codes for one address in an hour, over all that were sent to it: another code does not make guessing cheaper. */
const TRIES_AN_HOUR = 20;
/** Twenty an hour, for a year, would find the code of one address in six. */
const TRIES_A_DAY = 40;
/** To one address. */
const CODES_AN_HOUR = 6;
const CODES_A_DAY = 20;
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
  /** A code was wrong that somebody asked for who is not signed in. */
  readonly onWrong: (sentTo: IdentityKey, from: CoarseAddress | null) => void;
  readonly now: () => number;
  readonly newId: () => string;
}

interface Asked {
  readonly to: CodeAddress;
  readonly purpose: CodePurpose;
  readonly language?: string | undefined;
  /** Who asked, where somebody is signed in. */
  readonly accountNo: number | null;
  readonly from: CoarseAddress | null;
}

type Counted = Pick<ChallengeRecord, 'kind' | 'subject' | 'purpose' | 'accountNo' | 'cameFrom'>;

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
  async issue({ to, purpose, language, accountNo, from }: Asked): Promise<Challenge> {
    const { catalogue, now, newId, outboxes } = this.#options;
    const outbox = outboxes[to.kind];
    if (outbox === undefined) throw new TidemarkError('codes_unavailable');
    if (to.kind === 'phone') requireServed(to.phone, this.#options.countries);
    const key = keyOf(to);
    const at = now();
    const lately = await this.#countedWith({ ...key, purpose, accountNo, cameFrom: from }, at - dayMs);
    const resendAt = nextAt(lately, at);
    if (resendAt > at) throw rateLimited(resendAt - at);
    const id = newId();
    const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    const challenge: ChallengeRecord = {
      ...key,
      id,
      purpose,
      accountNo,
      cameFrom: from,
      codeHash: this.#hash(id, code),
      sentAt: at,
      expiresAt: at + CODE_MS,
      failures: 0,
      usedAt: null,
    };
    await catalogue.addChallenge(challenge);
    const message = codeMessage(to.kind, purpose, code, CODE_MS / minuteMs, nearestLocale(language));
    outbox.send({ to: key.subject, ...message });
    return { id, issuedAt: at, expiresAt: challenge.expiresAt, resendAt: nextAt([challenge, ...lately], at), attemptsLeft: TRIES };
  }

  /** Whose address it is. The code is used up by whoever does something with it, in the same transaction. */
  async check(
    { challenge: id, code }: CodeProof,
    purpose: CodePurpose,
    accountNo: number | null,
    from: CoarseAddress | null,
  ): Promise<ChallengeRecord> {
    const { catalogue, now, onWrong } = this.#options;
    const found = await catalogue.tryChallenge(id, TRIES, now());
    if (found === undefined || found.purpose !== purpose || found.accountNo !== accountNo) throw new TidemarkError('code_expired');
    const at = now();
    const together = await this.#countedWith(found, at - dayMs);
    const limited = failuresOf(together) > TRIES_A_DAY ? dayMs : failuresOf(since(together, at - hourMs)) > TRIES_AN_HOUR ? hourMs : null;
    if (limited !== null) {
      // It was not looked at, and costs none of the tries.
      await catalogue.challengeMet(id);
      throw rateLimited(limited);
    }
    const isRight = timingSafeEqual(Buffer.from(this.#hash(id, code), 'hex'), Buffer.from(found.codeHash, 'hex'));
    if (!isRight) {
      if (accountNo === null) onWrong(found, from);
      throw new TidemarkError('code_wrong', { attemptsLeft: TRIES - found.failures });
    }
    await catalogue.challengeMet(id);
    return found;
  }

  /**
   * The codes to the same address that count together, the newest first. Whoever asks where the devices of the account are, or is signed
   * in, is counted apart: else a stranger who asks for all codes, and guesses, would lock the owner out.
   */
  async #countedWith(one: Counted, since: number): Promise<readonly ChallengeRecord[]> {
    const { catalogue } = this.#options;
    const { purpose, accountNo, cameFrom } = one;
    const all = await catalogue.challengesTo(one, since);
    if (purpose === 'prove') return all.filter((other) => other.purpose === purpose && other.accountNo === accountNo);
    if (cameFrom === null || !(await catalogue.isAtHome(one, cameFrom))) return all;
    return all.filter((other) => other.cameFrom === cameFrom);
  }

  #hash(id: string, code: string): string {
    return createHmac('sha256', this.#options.key).update(`${id} ${code}`).digest('hex');
  }
}

const since = (codes: readonly ChallengeRecord[], time: number): readonly ChallengeRecord[] => codes.filter(({ sentAt }) => sentAt > time);
const failuresOf = (codes: readonly ChallengeRecord[]): number => codes.reduce((sum, { failures }) => sum + failures, 0);

/** When the next code may be sent to an address, to which these were in the last day, the newest first. */
function nextAt(today: readonly ChallengeRecord[], at: number): number {
  const lately = since(today, at - hourMs);
  const [newest] = lately;
  const resting = newest === undefined ? 0 : newest.sentAt + (PAUSES_MS[lately.length - 1] ?? 0);
  return Math.max(resting, freeAt(lately, CODES_AN_HOUR, hourMs), freeAt(today, CODES_A_DAY, dayMs));
}

/** When there are fewer than so many in so long a time. */
const freeAt = (codes: readonly ChallengeRecord[], most: number, windowMs: number): number =>
  codes.length < most ? 0 : (codes[most - 1]?.sentAt ?? 0) + windowMs;
