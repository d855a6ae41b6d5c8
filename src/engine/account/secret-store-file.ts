import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TidemarkError } from '../../contract/index.ts';
import type { SecretStore } from '../environment.ts';

const FILE_NAME = 'secrets.json';
const LEFT_OVER = /^secrets\.json\.[0-9a-f]{12}\.tmp$/;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const contents = z.record(z.string(), z.string());

/**
 * Secrets in an owner-only file of the profile, for machines without a key ring. The profile's lock must be held. Throws `profile_not_writable`, and
 * `key_ring_unavailable` when the file is there but broken or open to others.
 */
export function openFileSecretStore(profile: string): Promise<SecretStore> {
  const store = new FileSecretStore(profile);
  return store.check().then(() => store);
}

class FileSecretStore implements SecretStore {
  readonly kind = 'file';
  readonly #profile: string;
  readonly #path: string;
  /** Reading and writing follow each other, so that no change is lost. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(profile: string) {
    this.#profile = profile;
    this.#path = join(profile, FILE_NAME);
  }

  /** Also removes what a write left that never came to its end: it holds secrets, and nothing will ever read it. */
  async check(): Promise<void> {
    await this.#read();
    const names = await readdir(this.#profile).catch(() => []);
    const left = names.filter((name) => LEFT_OVER.test(name));
    await Promise.all(left.map((name) => rm(join(this.#profile, name), { force: true }).catch(() => undefined)));
  }

  get(name: string): Promise<string | null> {
    return this.#inTurn(async () => (await this.#read()).get(name) ?? null);
  }

  set(name: string, value: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#write((await this.#read()).set(name, value));
    });
  }

  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const secrets = await this.#read();
      if (secrets.delete(name)) await this.#write(secrets);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #read(): Promise<Map<string, string>> {
    try {
      const { mode } = await stat(this.#path);
      // Windows has no such bits; there the profile folder's rights protect the file.
      if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw this.#unusable('readable by others');
      return new Map(Object.entries(contents.parse(JSON.parse(await readFile(this.#path, 'utf8')))));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return new Map();
      throw error instanceof TidemarkError ? error : this.#unusable(String(error), error);
    }
  }

  async #write(secrets: ReadonlyMap<string, string>): Promise<void> {
    const temporary = `${this.#path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await mkdir(this.#profile, { recursive: true, mode: 0o700 });
      const file = await open(temporary, 'wx', OWNER_ONLY);
      try {
        await file.writeFile(`${JSON.stringify(Object.fromEntries(secrets))}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
      await syncFolder(this.#profile);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new TidemarkError('profile_not_writable', { path: this.#profile }, { cause });
    }
  }

  #unusable(detail: string, cause?: unknown): TidemarkError {
    return new TidemarkError('key_ring_unavailable', { detail: `${this.#path}: ${detail}` }, { cause });
  }
}

/** Makes the rename durable where folders can be opened. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;
