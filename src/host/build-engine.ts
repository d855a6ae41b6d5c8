import { createEngine, createNodeDisk } from '../engine/index.ts';
import { type EmbeddedCloud, hasEmbeddedCloud, startEmbeddedCloud } from './embedded-cloud.ts';
import type { BuiltEngine } from './engine-host.ts';
import { systemEnvironment } from './environment.ts';
import { openLog } from './log.ts';
import { appVersion } from './package-root.ts';
import { openProfileSecrets } from './profile-secrets.ts';
import type { EngineOptions } from './run-engine.ts';

/**
 * The real engine of a profile on this machine, after the cloud that runs beside it: when that is asked for, or when the
 * profile has one already, since its account may be there. The profile's lock must be held.
 */
export async function buildEngine(options: EngineOptions): Promise<BuiltEngine> {
  const { profile } = options;
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  const log = await openLog(profile.logs);
  opened.push(() => log.close());
  try {
    const secrets = await openProfileSecrets(profile, {
      kind: options.secretStore,
      fallBack: options.fallBackToFile === true,
      note: options.note,
    });
    let cloud: EmbeddedCloud | undefined;
    if (options.embeddedCloud === true || (await hasEmbeddedCloud(profile))) {
      const started = await startEmbeddedCloud({ profile, secrets, log });
      opened.push(() => started.close());
      cloud = started;
    }
    const disk = createNodeDisk();
    opened.push(() => disk.close());
    const addressOf = (server: string): string => (cloud?.former.includes(server) === true ? cloud.server : server);
    const environment = systemEnvironment({ disk, log, secrets, version: appVersion(), addressOf });
    const engine = await createEngine(environment, { profile: profile.dir });
    const embeddedCloud = cloud === undefined ? null : { server: cloud.server, bootstrapSecret: cloud.bootstrapSecret };
    return { engine, log, embeddedCloud, close };
  } catch (error) {
    log.error('the engine could not be opened', { error });
    await close();
    throw error;
  }
}
