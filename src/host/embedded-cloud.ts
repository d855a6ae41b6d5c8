import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TidemarkError } from '../contract/index.ts';
import type { Cloud } from '../cloud/index.ts';
import type { SecretStore } from '../engine/index.ts';
import type { HostLog } from './log.ts';
import { appVersion } from './package-root.ts';
import { type Profile, writeOwnerFile } from './profile.ts';

/** Names of the two secrets in the profile's store. */
const KEY_SECRET = 'cloud-server-key';
const BOOTSTRAP_SECRET = 'cloud-bootstrap';
export const cloudSecrets: readonly string[] = [KEY_SECRET, BOOTSTRAP_SECRET];
const MAX_FORMER = 20;

export interface EmbeddedCloud {
  readonly server: string;
  /** Other programs of this machine could reach the port too; who signs up has to have this. */
  readonly bootstrapSecret: string;
  /** Addresses that it had before. */
  readonly former: readonly string[];
  close(): Promise<void>;
}

export interface EmbeddedCloudOptions {
  readonly profile: Profile;
  readonly secrets: SecretStore;
  readonly log: HostLog;
}

const memory = z.object({ port: z.int().min(1).max(65_535), former: z.array(z.int().min(1).max(65_535)) });
type Memory = z.infer<typeof memory>;

/**
 * The cloud on this computer: loopback only, data under the profile, its key among the profile's secrets and so never
 * beside the data. It keeps its port, since accounts and devices know it by that; when the port is taken it moves and
 * remembers where it was. Throws server_key_missing and what the cloud throws.
 */
export async function startEmbeddedCloud(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  const { profile, secrets } = options;
  const file = memoryFile(profile);
  const remembered = await readMemory(file);
  const serverKey = await cloudKey(profile, secrets);
  const bootstrapSecret = await secretOf(secrets, BOOTSTRAP_SECRET, () => randomBytes(24).toString('base64url'));
  // Loaded only where a cloud runs: an engine alone has no use for a server in its memory.
  const { createCloud } = await import('../cloud/index.ts');
  const cloud = await createCloud({
    dataDir: profile.cloud,
    serverKey,
    region: 'international',
    signUp: 'bootstrap',
    bootstrapSecret,
    // It is the person's own disk.
    keepsInactive: true,
    version: appVersion(),
    log: (level, message, details) => options.log[level](`cloud: ${message}`, details),
  });
  const url = await listen(cloud, remembered?.port ?? 0).catch(async (error: unknown) => {
    await cloud.close();
    throw error;
  });
  const port = Number(new URL(url).port);
  const former = [...(remembered?.former ?? []), ...(remembered === undefined ? [] : [remembered.port])]
    .filter((candidate, index, all) => candidate !== port && all.indexOf(candidate) === index)
    .slice(-MAX_FORMER);
  await writeOwnerFile(file, JSON.stringify({ port, former } satisfies Memory));
  return {
    server: url,
    bootstrapSecret,
    former: former.map((before) => `http://127.0.0.1:${before}`),
    close: () => cloud.close(),
  };
}

/** On the port that it had, when that is free. */
async function listen(cloud: Cloud, port: number): Promise<string> {
  try {
    return (await cloud.listen({ host: '127.0.0.1', port })).url;
  } catch (error) {
    // Taken, or kept from this user since: either way another one does.
    if (port === 0) throw error;
    return (await cloud.listen({ host: '127.0.0.1', port: 0 })).url;
  }
}

const memoryFile = (profile: Profile): string => join(profile.dir, 'cloud.json');

/** True when the profile has run a cloud before. */
export const hasEmbeddedCloud = async (profile: Profile): Promise<boolean> => (await readMemory(memoryFile(profile))) !== undefined;

async function readMemory(file: string): Promise<Memory | undefined> {
  try {
    return memory.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** A new key only where there is nothing yet that another key has closed. */
async function cloudKey(profile: Profile, secrets: SecretStore): Promise<Buffer> {
  const hasData = (await readdir(profile.cloud).catch(() => [])).length > 0;
  if (hasData && (await secrets.get(KEY_SECRET)) === null) throw new TidemarkError('server_key_missing', { path: profile.cloud });
  return Buffer.from(await secretOf(secrets, KEY_SECRET, () => randomBytes(32).toString('base64')), 'base64');
}

async function secretOf(secrets: SecretStore, name: string, make: () => string): Promise<string> {
  const known = await secrets.get(name);
  if (known !== null) return known;
  const made = make();
  await secrets.set(name, made);
  return made;
}
