import { localDay } from '../apply/index.ts';
import type { Environment } from '../environment.ts';
import { MASS_DELETE_LIMITS, type Policy } from '../plan/index.ts';
import type { LateDeletions } from './late-deletions.ts';
import { canHoldName } from './platform-names.ts';
import type { Questions } from './questions.ts';
import type { ScopeKeeper } from './scope-keeper.ts';

/** What the planner has to know of this device and of what was answered. */
export const policyFor = (
  environment: Pick<Environment, 'clock' | 'platform'>,
  deviceName: string,
  questions: Questions,
  deletions: LateDeletions,
  scopes: ScopeKeeper,
  work: Pick<Policy, 'busy' | 'underWay' | 'resting'>,
): Policy => ({
  deviceName,
  day: localDay(environment.clock.now()),
  caseSensitive: environment.platform.caseSensitive,
  canHold: canHoldName(environment.platform.platform),
  ...work,
  deleteApproved: (id) => questions.deleteApproved(id),
  keep: (id) => questions.keep(id),
  massDelete: MASS_DELETE_LIMITS,
  deletedLately: (side) => deletions.on(side),
  asked: (side) => questions.asked(side),
  scope: scopes.forPlan(),
});
