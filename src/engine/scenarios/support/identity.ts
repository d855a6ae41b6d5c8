import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Device } from './device.ts';
import type { Cost } from './traffic.ts';
import type { World } from './world.ts';

/** Node ids by path, as the cloud has them; folders end in `/`. */
export async function idsOf(device: Device): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await device.cloudNodes())].map(([path, node]) => [path, node.id]));
}

/**
 * Runs `work` (which ends in step) and expects that it took no content in either direction, and that every item of `moved`
 * (new path to old path) is the one it was: the same node in the cloud, the same inode on every disk.
 */
export async function expectMovesNoBytes(
  world: World,
  moved: Readonly<Record<string, string>>,
  work: () => Promise<unknown>,
): Promise<Cost> {
  const [device] = world.devices;
  if (device === undefined) throw new Error('no device');
  const before = await idsOf(device);
  const inodes = await Promise.all(world.devices.map((one) => inodesOf(one, Object.values(moved))));
  const cost = await world.cost(work);
  expect({ up: cost.upBytes, down: cost.downBytes }, 'a move moves no bytes').toEqual({ up: 0, down: 0 });
  expect(
    cost.entries.filter(({ op }) => op === 'put'),
    'nothing is uploaded anew',
  ).toEqual([]);
  const after = await idsOf(device);
  for (const [to, from] of Object.entries(moved)) {
    expect(before.get(from), `${from} was there`).toBeDefined();
    expect(after.get(to), `${to} is the node that was ${from}`).toBe(before.get(from));
  }
  for (const [index, one] of world.devices.entries()) {
    const now = await inodesOf(one, Object.keys(moved));
    expect(now, `${one.name} moved its own files`).toEqual(inodes[index]);
  }
  return cost;
}

const inodesOf = (device: Device, paths: readonly string[]): Promise<readonly bigint[]> =>
  Promise.all(paths.map(async (path) => (await device.stat(path)).ino));

/**
 * Nothing is lost: each of these contents, all of one block, is a file of some device or the cloud, or in a trash, or in
 * the history of a file.
 */
export async function expectKept(world: World, ...contents: readonly string[]): Promise<void> {
  const kept = new Set<string>();
  for (const device of world.devices) {
    for (const entry of await readdir(device.root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) kept.add(hashOf(await readFile(join(entry.parentPath, entry.name))));
    }
  }
  const { drive } = world.devices.find(({ running }) => running)?.traffic ?? {};
  if (drive === undefined) throw new Error('no device runs');
  const [device] = world.devices;
  for (const node of (await device?.cloudNodes())?.values() ?? []) {
    if (node.kind === 'file') for (const { hash } of await drive.versions(node.id)) kept.add(hash);
  }
  for (const { node } of await drive.trash()) if (node.kind === 'file') kept.add(node.hash);
  for (const content of contents) expect(kept.has(hashOf(Buffer.from(content))), `"${content}" is kept somewhere`).toBe(true);
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
