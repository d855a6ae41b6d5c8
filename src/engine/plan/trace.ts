import type { RuleCode } from '../../contract/index.ts';
import type { NodeId } from '../model/index.ts';

export type { RuleCode };

/** Why the planner decided about an item as it did, and whom the item waits for. */
export interface Reason {
  readonly rule: RuleCode;
  readonly waitsFor: readonly NodeId[];
}

/** What a plan writes down when it is asked why. */
export type Trace = Map<NodeId, Reason>;
