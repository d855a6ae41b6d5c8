import { expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import type { NodeId } from '../model/index.ts';
import type { Policy } from './index.ts';

/** As if the folder was not kept on this device, and what was in it gone from here. */
function notKept(scene: Scene, path: string): Policy {
  const folder = scene.id(path);
  scene.world.local.delete(folder);
  scene.world.synced.delete(folder);
  const excluded = (id: NodeId): boolean => {
    for (let at: NodeId | undefined = id; at !== undefined; at = scene.world.remote.get(at)?.parentId) if (at === folder) return true;
    return false;
  };
  return { ...scene.policy, scope: { at: () => undefined, excluded, awaitedRules: () => undefined, asideItems: 0 } };
}

it('what the cloud moves into a folder that is not kept here goes; a folder with something that never syncs stays for that', () => {
  const scene = new Scene().agreed('docs/', 'docs/a', 'docs/in/', 'docs/in/b', 'away/');
  const folder = scene.world.local.get(scene.id('docs/'));
  if (folder?.kind !== 'folder') throw new Error('docs is no folder');
  scene.world.local.set({ ...folder, holdsIgnored: true });
  const policy = notKept(scene, 'away/');
  scene.moved('remote', 'docs/', 'away/docs');
  scene.run(policy);
  expect(scene.plan(policy)).toMatchObject({ operations: [], waiting: [], blocked: [] });
  expect(scene.tree('local')).toEqual(['docs/']);
  expect(scene.tree('remote')).toEqual([
    'away/',
    'away/docs/',
    'away/docs/a: docs/a',
    'away/docs/in/',
    'away/docs/in/b: docs/in/b',
    'docs/',
  ]);
});
