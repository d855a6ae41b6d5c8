export { diffStatus } from './diff-status.ts';
export { explainItem, type ExplainFacts, ruleOfIssue, waitOfHeld, waitOfIssue } from './explain-item.ts';
export type { StateAndReason, StateFacts } from './engine-state.ts';
export { isAway, type ItemFacts, type ItemVerdict, itemVerdict } from './item-state.ts';
export type { Amount } from './lane.ts';
export { needsPerson } from './needs-person.ts';
export type { StatusEvent } from './status-event.ts';
export { NO_COUNTS, StatusModel } from './status-model.ts';
