/** The only door of the engine. */
export * from './environment.ts';
export * from './remote/api.ts';
export * from './create-engine.ts';
