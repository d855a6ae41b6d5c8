export * from './operations.ts';
export * from './plan.ts';
export * from './policy.ts';
export { sameName, samePlace } from './same.ts';
