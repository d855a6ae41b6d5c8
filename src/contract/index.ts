export * from './cloud/index.ts';
export * from './desktop.ts';
export * from './engine/index.ts';
export * from './error-data.ts';
export * from './errors/index.ts';
export * from './explain/index.ts';
export * from './locale.ts';
export * from './primitives.ts';
