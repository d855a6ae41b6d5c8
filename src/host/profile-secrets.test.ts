import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TidemarkError } from '../contract/index.ts';
import { openSecretStore, type SecretStore } from '../engine/index.ts';
import { openProfile, type Profile } from './profile.ts';
import { openProfileSecrets } from './profile-secrets.ts';
import type { SecretStoreKind } from './secret-store-kind.ts';

let folder: string;
let profile: Profile;
/** What the key ring of this machine holds; null: it has none. */
let ring: Map<string, string> | null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tm-secrets-'));
  profile = await openProfile(join(folder, 'profile'));
  ring = new Map();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function ringStore(): Promise<SecretStore> {
  const held = ring;
  if (held === null) throw new TidemarkError('key_ring_unavailable', { detail: 'none' });
  return {
    kind: 'keyring',
    get: async (name) => held.get(name) ?? null,
    set: async (name, value) => void held.set(name, value),
    delete: async (name) => void held.delete(name),
  };
}

const open = (kind: SecretStoreKind): Promise<SecretStore> =>
  openProfileSecrets(profile, {
    kind,
    fallBack: false,
    note: () => undefined,
    open: (wanted, dir) => (wanted === 'file' ? openSecretStore('file', dir) : ringStore()),
  });

it('what the profile kept in one place goes along when another one is chosen, and stays nowhere else', async () => {
  const first = await open('auto');
  await first.set('refresh-token', 'tmr_x');
  await first.set('cloud-server-key', 'key');
  const file = await open('file');
  expect([await file.get('refresh-token'), await file.get('cloud-server-key')]).toEqual(['tmr_x', 'key']);
  expect([...(ring ?? [])]).toEqual([]);
  expect((await open('auto')).kind, 'chosen once').toBe('file');
  const back = await open('keyring');
  expect([back.kind, await back.get('refresh-token')]).toEqual(['keyring', 'tmr_x']);
  expect(await readFile(join(profile.dir, 'secrets.json'), 'utf8')).toBe('{}\n');
});

it('a key ring that is gone keeps nobody from the file', async () => {
  await (await open('auto')).set('refresh-token', 'tmr_x');
  ring = null;
  expect(await (await open('file')).get('refresh-token')).toBeNull();
});
