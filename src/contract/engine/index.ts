export * from './items.ts';
export * from './methods.ts';
export * from './settings.ts';
export * from './status.ts';
