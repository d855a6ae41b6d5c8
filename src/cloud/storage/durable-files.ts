import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Runs `work` over all items, at most `width` at a time; rejects with the first failure once all have ended. */
export async function eachOf<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  const runs = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, run));
  const failed = runs.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Writes a file that is either there as a whole or not at all; its folder must be synced after (`syncFolder`). */
export async function placeFile(path: string, temp: string, bytes: Uint8Array): Promise<void> {
  const file = await open(temp, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rename(temp, path);
}

/** Makes the names in a folder durable. Windows has no such call, and needs none: NTFS journals its names. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
