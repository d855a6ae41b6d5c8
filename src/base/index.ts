export * from './assert-never.ts';
export * from './backoff.ts';
export * from './disposer.ts';
export * from './names.ts';
export * from './relative-path.ts';
export * from './result.ts';
export * from './units.ts';
export * from './with-resolvers.ts';
