import { EngineHost, type HostOptions } from './engine-host.ts';
import { type OpenedEngine, openEngine } from './open-engine.ts';
import type { Profile } from './profile.ts';
import type { SecretStoreKind } from './secret-store-kind.ts';

export interface EngineOptions {
  readonly profile: Profile;
  readonly secretStore: SecretStoreKind;
  /** Something the person should know, said once. */
  readonly note: (text: string) => void;
  /** Without a key ring, keep secrets in an owner-only file after saying so. Default false. */
  readonly fallBackToFile?: boolean;
  /** Run a cloud on this computer. One that the profile has already runs in any case. */
  readonly embeddedCloud?: boolean;
  /** See HostOptions. */
  readonly waitMs?: number;
}

/** A command that talks to an engine of another process needs none of this, so it is loaded only here. */
const hostOptions = (options: EngineOptions): HostOptions => ({
  profile: options.profile,
  build: async () => (await import('./build-engine.ts')).buildEngine(options),
  ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
});

/** Runs the profile's engine in this process. It syncs after `begin()`. Throws profile_in_use and what opening throws. */
export const runEngine = (options: EngineOptions): Promise<EngineHost> => EngineHost.open(hostOptions(options));

/** The profile's engine for one command: the running one, or one that lives as long as the command. */
export const openProfileEngine = (options: EngineOptions): Promise<OpenedEngine> => openEngine(hostOptions(options));
