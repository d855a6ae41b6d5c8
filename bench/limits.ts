import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, lstatSync, renameSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../tools/lib/run.ts';
import { seededBytes } from '../tools/world/index.ts';

/** What this machine can do at best, measured right before the rest; compare ratios across machines, not seconds. */
export interface Limits {
  readonly copySeconds: number;
  readonly walkSeconds: number;
  readonly sha256BytesPerSecond: number;
  readonly durableCreatesPerSecond: number;
  readonly durableCreatesPerSecondEightAtOnce: number;
}

const creates = 1000;

/** Measures beside `tree`, in `work`, an empty folder. Nothing is deleted: that would slow down the creates after it. */
export async function measureLimits(tree: string, work: string): Promise<Limits> {
  return {
    copySeconds: await timed(() => must('cp', ['-r', tree, join(work, 'copy')])),
    walkSeconds: await timed(() => walk(tree)),
    sha256BytesPerSecond: await hashRate(),
    durableCreatesPerSecond: creates / (await timed(() => createOneByOne(join(work, 'one')))),
    durableCreatesPerSecondEightAtOnce: creates / (await timed(() => createEightAtOnce(join(work, 'eight')))),
  };
}

/** Seconds that the work took. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function walk(root: string): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) lstatSync(join(entry.parentPath, entry.name));
}

async function hashRate(): Promise<number> {
  const bytes = seededBytes('hash', 64 << 20);
  const rounds = 4;
  const seconds = await timed(() => {
    for (let round = 0; round < rounds; round += 1) createHash('sha256').update(bytes).digest();
  });
  return (rounds * bytes.length) / seconds;
}

function createOneByOne(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const bytes = seededBytes('create', 4096);
  for (let index = 0; index < creates; index += 1) {
    const path = join(folder, `f${index}`);
    const file = openSync(`${path}.tmp`, 'wx');
    writeSync(file, bytes);
    fsyncSync(file);
    closeSync(file);
    renameSync(`${path}.tmp`, path);
  }
}

async function createEightAtOnce(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const bytes = seededBytes('create', 4096);
  const numbers = Array.from({ length: creates }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of numbers) {
      const path = join(folder, `f${index}`);
      const file = await open(`${path}.tmp`, 'wx');
      await file.write(bytes);
      await file.sync();
      await file.close();
      await rename(`${path}.tmp`, path);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}
