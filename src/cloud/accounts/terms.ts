import type { Terms } from '../../contract/index.ts';
import type { AccountCatalogue, AccountRecord, DriveCatalogue, PlanRecord, Usage } from '../catalogue.ts';
import { quotaState } from '../drive/quota.ts';
import { deadlineOf } from './inactivity.ts';

export type Caps = Pick<PlanRecord, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'>;

const NO_CAPS: Caps = { uploadBytesPerSecond: null, downloadBytesPerSecond: null };

/**
 * The caps that hold. Those of the program's own plans are there so that accounts leave room on the line to each other: where
 * only this computer reaches the cloud there is no line to share.
 */
export const capsOf = (plan: Pick<PlanRecord, 'builtIn' | keyof Caps>, isLocal: boolean): Caps =>
  plan.builtIn && isLocal
    ? NO_CAPS
    : { uploadBytesPerSecond: plan.uploadBytesPerSecond, downloadBytesPerSecond: plan.downloadBytesPerSecond };

export interface PlanTermsOptions {
  readonly accounts: AccountCatalogue;
  readonly drives: DriveCatalogue;
  /** Only this computer reaches the cloud. */
  readonly isLocal: () => boolean;
  readonly keepsInactive: boolean;
  readonly now: () => number;
}

/** What the plan of an account allows, and until when its documents are kept. */
export class PlanTerms {
  readonly #options: PlanTermsOptions;

  constructor(options: PlanTermsOptions) {
    this.#options = options;
  }

  /** The catalogue as it is announced. */
  async plans(): Promise<readonly PlanRecord[]> {
    const { accounts, isLocal } = this.#options;
    return (await accounts.plans()).map((plan) => ({ ...plan, ...capsOf(plan, isLocal()) }));
  }

  async of({ no }: Pick<AccountRecord, 'no'>): Promise<Terms> {
    const { drives } = this.#options;
    const usage = await drives.usage(no);
    return { plan: usage.plan, ...this.caps(usage), purgeAfter: await this.#purgeAfter(no) };
  }

  /** Half as fast while the account is nearly full, so that what still fits is not all taken by one device. */
  caps(usage: Usage): Caps {
    const caps = capsOf(usage, this.#options.isLocal());
    const state = quotaState(usage);
    if (state === 'normal' || state === 'nearing') return caps;
    const half = (cap: number | null): number | null => (cap === null ? null : Math.ceil(cap / 2));
    return { uploadBytesPerSecond: half(caps.uploadBytesPerSecond), downloadBytesPerSecond: half(caps.downloadBytesPerSecond) };
  }

  async #purgeAfter(accountNo: number): Promise<number | null> {
    const { accounts, keepsInactive, now } = this.#options;
    if (keepsInactive) return null;
    const account = await accounts.byNo(accountNo);
    return account === undefined ? null : deadlineOf(account.activeAt, await accounts.warning(accountNo), now());
  }
}
