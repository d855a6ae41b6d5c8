import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { TidemarkError } from '../contract/index.ts';
import type { Profile } from './profile.ts';

export interface ProfileLock {
  release(): void;
}

/**
 * Takes the profile for this process, or answers undefined when another has it. Node has no flock; an exclusive
 * transaction of SQLite is one that the system gives back when the process dies, however it dies.
 */
export function tryLockProfile(profile: Profile): ProfileLock | undefined {
  const path = join(profile.dir, 'host.lock');
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    // No journal file beside it: nothing is ever written.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    const code = (cause as { code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) return undefined;
    throw new TidemarkError('profile_not_writable', { path: profile.dir }, { cause });
  }
  const held = database;
  return {
    release() {
      if (held.open) held.close();
    },
  };
}

/** Waits up to `waitMs` for whoever has the profile to give it up. Throws profile_in_use. */
export async function lockProfile(profile: Profile, waitMs = 0): Promise<ProfileLock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryLockProfile(profile);
    if (lock !== undefined) return lock;
    if (performance.now() >= deadline) throw new TidemarkError('profile_in_use', { path: profile.dir });
    await sleep(100);
  }
}
