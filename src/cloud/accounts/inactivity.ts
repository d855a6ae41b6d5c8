import { dayMs } from '../../base/index.ts';
import type { AccountCatalogue, AccountRecord, DriveCatalogue, IdentityRecord, Warning } from '../catalogue.ts';
import { INACTIVE_MS } from '../drive/times.ts';
import type { Outboxes } from '../messages/open-outboxes.ts';
import { goneMessage, warningMessage } from '../messages/inactivity-texts.ts';
import type { CloudLog } from '../options.ts';

/** Days before the date on which an account is told of it. */
const WARNING_DAYS = [90, 30, 7, 1] as const;
const FIRST_WARNING_MS = WARNING_DAYS[0] * dayMs;
const LAST_WARNING_DAYS = 1;
/** In a row, and the next look tries again: mail does not go out at all. */
const MAX_FAILURES = 5;
/** After the date the documents stay for so long. */
const GRACE_MS = 14 * dayMs;

/**
 * Until when the documents of an account are kept that was last active at `activeAt`. Never sooner than 90 days after the first
 * message and a day after the last: a cloud that was down for half a year, or cannot send mail, deletes nothing unannounced.
 */
export function deadlineOf(activeAt: number, warning: Warning | undefined, now: number): number {
  const told = warning?.activeAt === activeAt ? warning : undefined;
  const lastAt = told !== undefined && told.days <= LAST_WARNING_DAYS ? told.lastAt : now;
  return Math.max(activeAt + INACTIVE_MS, (told?.firstAt ?? now) + FIRST_WARNING_MS, lastAt + LAST_WARNING_DAYS * dayMs);
}

/** Where an account is told: by mail, or by text message where it has no address. One that has neither is never told, and so keeps its documents. */
function waysTo(identities: readonly IdentityRecord[], outboxes: Outboxes): readonly (readonly ['email' | 'phone', string])[] {
  const ways = (['email', 'phone'] as const).map((kind) =>
    outboxes[kind] === undefined ? [] : identities.filter((one) => one.kind === kind).map(({ subject }) => [kind, subject] as const),
  );
  return ways.find((of) => of.length > 0) ?? [];
}

export interface InactivityOptions {
  readonly accounts: AccountCatalogue;
  readonly drives: DriveCatalogue;
  readonly outboxes: Outboxes;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: CloudLog;
  /** A drive was emptied. */
  readonly onReset: (accountNo: number) => void;
}

/** Tells accounts that nobody uses, and empties their drives when their time is over. */
export class Inactivity {
  readonly #options: InactivityOptions;

  constructor(options: InactivityOptions) {
    this.#options = options;
  }

  /** One look at all of them. Each message goes once; of those that fell due while the cloud was down, only the last. */
  async run(signal: AbortSignal): Promise<void> {
    const { accounts, now } = this.#options;
    let failures = 0;
    for (const { account, warning } of await accounts.inactive(now() - (INACTIVE_MS - FIRST_WARNING_MS))) {
      if (signal.aborted || failures >= MAX_FAILURES) return;
      const heard = await this.#look(account, warning?.activeAt === account.activeAt ? warning : undefined);
      failures = heard ? 0 : failures + 1;
    }
  }

  /** False when it could not be told what it should be. */
  async #look(account: AccountRecord, warning: Warning | undefined): Promise<boolean> {
    const { accounts } = this.#options;
    // Telling the others took its time.
    if ((await accounts.byNo(account.no))?.activeAt !== account.activeAt) return true;
    const now = this.#options.now();
    const deadline = deadlineOf(account.activeAt, warning, now);
    const due = WARNING_DAYS.findLast((days) => deadline - now <= days * dayMs);
    if (due !== undefined && due < (warning?.days ?? Number.POSITIVE_INFINITY)) {
      const dates = {
        activeSince: day(account.activeAt),
        date: day(deadline),
        daysLeft: Math.max(1, Math.ceil((deadline - now) / dayMs)),
        graceEnd: day(deadline + GRACE_MS),
      };
      if (!(await this.#tell(account, (kind) => warningMessage(kind, dates)))) return false;
      // Sent first and noted then: a crash in between tells twice, and never not at all.
      await accounts.warned(account.no, { activeAt: account.activeAt, firstAt: warning?.firstAt ?? now, lastAt: now, days: due });
      return true;
    }
    if (warning !== undefined && warning.days <= LAST_WARNING_DAYS && now >= deadline + GRACE_MS) await this.#empty(account);
    return true;
  }

  async #empty(account: AccountRecord): Promise<void> {
    const { drives, newId, log, onReset } = this.#options;
    // Somebody may have come since it was looked at.
    if (!(await drives.reset(account.no, account.activeAt, newId()))) return;
    log('info', 'the drive of an account without sign-in or sync was emptied', { account: account.id });
    onReset(account.no);
    await this.#tell(account, (kind) => (kind === 'email' ? goneMessage(day(account.activeAt)) : undefined));
  }

  /** To all its addresses; true when at least one message was taken. */
  async #tell(
    account: AccountRecord,
    say: (kind: 'email' | 'phone') => { readonly subject: string; readonly text: string } | undefined,
  ): Promise<boolean> {
    const { accounts, outboxes } = this.#options;
    let told = false;
    for (const [kind, to] of waysTo(await accounts.identities(account.no), outboxes)) {
      const message = say(kind);
      if (message !== undefined && (await outboxes[kind]?.deliver({ to, ...message })) === true) told = true;
    }
    return told;
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
