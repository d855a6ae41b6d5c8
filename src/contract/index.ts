export * from './cloud/index.ts';
export * from './engine/index.ts';
export * from './error-data.ts';
export * from './errors/index.ts';
export * from './primitives.ts';
