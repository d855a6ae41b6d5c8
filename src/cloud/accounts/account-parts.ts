import type { AuditKind, PlanId, Region } from '../../contract/index.ts';
import type { AccountCatalogue, AccountRecord, DeviceRecord, Ended, EndedBy } from '../catalogue.ts';
import type { SignUpMode } from '../options.ts';
import type { Attempts } from './attempts.ts';
import type { AuditLog } from './audit-log.ts';
import type { Challenges } from './challenges.ts';
import type { Grants } from './grants.ts';
import type { Keyring } from './keyring.ts';
import type { Places } from './places.ts';
import type { PlanTerms } from './terms.ts';

export interface AccountsOptions {
  readonly catalogue: AccountCatalogue;
  readonly keyring: Keyring;
  readonly region: Region;
  readonly plan: PlanId;
  readonly signUp: SignUpMode;
  readonly bootstrapSecret: string | undefined;
  readonly attempts: Attempts;
  readonly audit: AuditLog;
  readonly challenges: Challenges;
  readonly terms: PlanTerms;
  readonly grants: Grants;
  readonly places: Places;
  readonly now: () => number;
  readonly newId: () => string;
  /** A device was signed out. */
  readonly onEnded: (deviceNo: number, by: EndedBy) => void;
}

/** Who did something, as far as the log of the account names them. */
export interface Actor {
  readonly account: Pick<AccountRecord, 'no'>;
  readonly device: Pick<DeviceRecord, 'name' | 'seenFrom'>;
}

export function note({ audit }: Pick<AccountsOptions, 'audit'>, { account, device }: Actor, kind: AuditKind, detail: string | null): void {
  audit.note(account.no, kind, { device: device.name, detail, from: device.seenFrom });
}

/** Those that were signed out by whoever signs in. */
export function noteEnded(options: Pick<AccountsOptions, 'audit' | 'onEnded'>, by: Actor, ended: readonly Ended[]): void {
  for (const one of ended) {
    options.onEnded(one.no, one.by);
    if (one.by === 'revoked') note(options, by, 'device_ended', one.name);
  }
}
