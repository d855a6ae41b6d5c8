/** Composition: the real engine and cloud in processes of this machine. */
export { openAddress } from './open-address.ts';
export { type OpenedEngine, connectRunning } from './open-engine.ts';
export { appVersion } from './package-root.ts';
export { type Profile, openProfile } from './profile.ts';
export { type SecretStoreKind, secretStoreKind } from './secret-store-kind.ts';
export { type EngineOptions, openProfileEngine, runEngine } from './run-engine.ts';
export { isLoopbackHost, operateAccount, type ServeCloudOptions, serveCloud } from './serve-cloud.ts';
