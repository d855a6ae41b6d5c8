export type * from './api.ts';
export * from './lock.ts';
export * from './open-store.ts';
export { isDatabaseFault } from './sql.ts';
