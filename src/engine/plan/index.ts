export { deletedBy } from './mass-deletion.ts';
export * from './operations.ts';
export * from './plan.ts';
export * from './policy.ts';
export { samePlace } from './same.ts';
export type { Reason, Trace } from './trace.ts';
export * from './foresee/index.ts';
