/** The only door of the engine. */
export * from './environment.ts';
export * from './remote/api.ts';
export * from './create-engine.ts';
export { type NodeDisk, createNodeDisk, watchFolder } from './local/index.ts';
export { createHttpCloud } from './remote/index.ts';
export { listenOnLoopback } from './account/index.ts';
export { type SecretStoreChoice, engineSecrets, openSecretStore } from './account/index.ts';
