import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { lockFolder, lockProfile } from './lock.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openStore } from './open-store.ts';
import { idOf, NOW, openedStore, tempFolder } from './testing/store.ts';

const CHILD = fileURLToPath(new URL('./testing/crash-child.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly said: string;
}

/** Starts the child and waits for its first line. */
async function start(...args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, ['--no-warnings', CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['it ended'])])) as [Buffer | string];
  return { child, said: String(said).trim() };
}

async function inTheMiddle(...args: readonly string[]): Promise<ChildProcess> {
  const { child, said } = await start(...args);
  expect(said).toBe('in the middle');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const code = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (thrown) {
    return thrown instanceof TidemarkError ? thrown.code : String(thrown);
  }
};

describe('kill -9', () => {
  it('in the middle of a transaction leaves what was committed before, and nothing of it', async () => {
    const path = join(tempFolder(), 'state.db');
    const child = await inTheMiddle('transaction', path);
    expect(code(() => openStore(path, { now: () => NOW }))).toBe('profile_in_use');
    await kill(child);
    const store = openedStore(path);
    expect(store.local.size).toBe(500);
    expect(store.local.get(idOf('499'))?.name).toBe('499');
    expect(store.local.get(idOf('half 0'))).toBeUndefined();
    expect(store.journal().map((row) => row.kind)).toEqual(['commit']);
    expect(store.cursor()).toEqual({ cursor: 'c', epoch: 'e' });
  });

  it('during migration, at any of its statements, leaves a database that opens', async () => {
    const oldest = (path: string): void => {
      const db = new Database(path);
      migrate(db, migrations.slice(0, 1));
      db.prepare("INSERT INTO profile (key, value) VALUES ('of before', '\"kept\"')").run();
      db.close();
    };
    for (const prepare of [oldest, () => undefined]) {
      for (let statement = 1; ; statement += 1) {
        const path = join(tempFolder(), 'state.db');
        prepare(path);
        const { child, said } = await start('migrate', path, String(statement));
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        openStore(path, { now: () => NOW }).close();
        const db = new Database(path, { readonly: true });
        expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
        if (prepare === oldest) expect(db.prepare('SELECT value FROM profile WHERE key = ?').pluck().get('of before')).toBe('"kept"');
        db.close();
        if (said === 'it opened') break;
      }
    }
  }, 60_000);

  it('gives the locks of profile and folder back', async () => {
    const [profile, folder] = [tempFolder(), tempFolder()];
    const child = await inTheMiddle('locks', profile, folder);
    expect(code(() => lockProfile(profile))).toBe('profile_in_use');
    expect(code(() => lockFolder(folder))).toBe('folder_in_use');
    await kill(child);
    onTestFinished(lockProfile(profile));
    onTestFinished(lockFolder(folder));
  });
});

describe('another process', () => {
  it('stays out, also after a second opening in this one was refused', async () => {
    const path = join(tempFolder(), 'state.db');
    const store = openedStore(path);
    expect(code(() => openStore(path, { now: () => NOW }))).toBe('profile_in_use');
    expect((await start('open', path)).said).toBe('profile_in_use');
    store.close();
    expect((await start('open', path)).said).toBe('it opened');
  });
});
