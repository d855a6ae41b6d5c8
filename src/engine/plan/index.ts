export { deletedBy } from './mass-deletion.ts';
export * from './operations.ts';
export * from './plan.ts';
export * from './policy.ts';
export { samePlace } from './same.ts';
