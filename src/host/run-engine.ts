import { createEngine, createNodeDisk } from '../engine/index.ts';
import { startEmbeddedCloud } from './embedded-cloud.ts';
import { type BuiltEngine, EngineHost, type HostOptions } from './engine-host.ts';
import { systemEnvironment } from './environment.ts';
import { openLog } from './log.ts';
import { type OpenedEngine, openEngine } from './open-engine.ts';
import { appVersion } from './package-root.ts';
import type { Profile } from './profile.ts';
import { type SecretStoreKind, openProfileSecrets } from './profile-secrets.ts';

export interface EngineOptions {
  readonly profile: Profile;
  readonly secretStore: SecretStoreKind;
  /** Something the person should know, said once. */
  readonly note: (text: string) => void;
  /** Without a key ring, keep secrets in an owner-only file after saying so. Default false. */
  readonly fallBackToFile?: boolean;
  /** See HostOptions. */
  readonly waitMs?: number;
}

/** What a host of the real engine needs. `moved` leads from an address the embedded cloud once had to where it is now. */
export function hostOptions(options: EngineOptions, moved: ReadonlyMap<string, string> = new Map()): HostOptions {
  return {
    profile: options.profile,
    build: () => buildEngine(options, moved),
    ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
  };
}

async function buildEngine(options: EngineOptions, moved: ReadonlyMap<string, string>): Promise<BuiltEngine> {
  const log = await openLog(options.profile.logs);
  try {
    const secrets = await openProfileSecrets(options.profile, {
      kind: options.secretStore,
      fallBack: options.fallBackToFile === true,
      note: options.note,
    });
    const disk = createNodeDisk();
    const addressOf = (server: string): string => moved.get(server) ?? server;
    const environment = systemEnvironment({ disk, log, secrets, version: appVersion(), addressOf });
    const close = async (): Promise<void> => {
      await disk.close();
      await log.close();
    };
    return { engine: await createEngine(environment, { profile: options.profile.dir }), log, secrets, close };
  } catch (error) {
    log.error('the engine could not be opened', { error });
    await log.close();
    throw error;
  }
}

/** Runs the profile's engine in this process, with its cloud when asked. It syncs after `begin()`. */
export async function runEngine(options: EngineOptions & { readonly embeddedCloud?: boolean }): Promise<EngineHost> {
  const moved = new Map<string, string>();
  const host = await EngineHost.open(hostOptions(options, moved));
  if (options.embeddedCloud !== true) return host;
  try {
    const cloud = await startEmbeddedCloud({ profile: options.profile, secrets: host.secrets, log: host.log });
    for (const server of cloud.former) moved.set(server, cloud.server);
    host.embeddedCloud = { server: cloud.server, bootstrapSecret: cloud.bootstrapSecret };
    host.closeAfter(() => cloud.close());
    return host;
  } catch (error) {
    await host.stop();
    throw error;
  }
}

/** The profile's engine for one command: the running one, or one that lives as long as the command. */
export const openProfileEngine = (options: EngineOptions): Promise<OpenedEngine> => openEngine(hostOptions(options));
