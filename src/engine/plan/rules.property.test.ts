import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { AbstractWorld } from '../fakes/world/abstract-world.ts';
import { converge, convergeAtLeisure, describeWorld, POLICY } from '../fakes/world/testing/converge.ts';
import { hashes, lost, unexplained, writtenIn } from '../fakes/world/testing/ends.ts';
import { Properties } from '../fakes/world/testing/properties.ts';
import {
  agreedWorld,
  bothChanged,
  clashSeeds,
  LINUX,
  MAC,
  moveSeeds,
  plainSeeds,
  richSeeds,
  WINDOWS,
} from '../fakes/world/testing/random-world.ts';
import { type LocalNode, type NodeId, type RemoteNode, ROOT_ID, type SyncedNode } from '../model/index.ts';
import { type Operation, plan } from './index.ts';
import { samePlace } from './same.ts';

const properties = new Properties('rules.property.test.ts', 16);
const platforms = fc.constantFrom(LINUX, MAC, WINDOWS);
type Side = 'remote' | 'local';
const SIDES = ['remote', 'local'] as const;
const other = (side: Side): Side => (side === 'remote' ? 'local' : 'remote');

/** Every step of these runs is held against `brokenRule` too. */
describe('SYNC-SPEC, rule by rule', () => {
  properties.holds(
    '1 and 9: settles or reports, loses nothing, and what is not reported is in step',
    2,
    fc.tuple(richSeeds, platforms),
    ([seeds, platform]) => {
      const world = bothChanged(seeds, platform);
      const written = writtenIn(world);
      const policy = { ...POLICY, ...platform };
      const last = converge(world, { order: seeds.order, policy });
      expect(lost(world, written), describeWorld(world)).toEqual([]);
      expect(unexplained(world, last), describeWorld(world)).toEqual([]);
    },
  );

  properties.holds(
    '1 and 9: so too when operations take their time, fail, and are refused',
    2,
    fc.tuple(richSeeds, platforms),
    ([seeds, platform]) => {
      const world = bothChanged(seeds, platform);
      const written = writtenIn(world);
      const last = convergeAtLeisure(world, { order: seeds.order, policy: { ...POLICY, ...platform } });
      expect(lost(world, written), describeWorld(world)).toEqual([]);
      expect(unexplained(world, last), describeWorld(world)).toEqual([]);
    },
  );

  properties.holds(
    '2: when idle one more plan does nothing, nor does the first after a restart',
    1,
    fc.tuple(richSeeds, platforms),
    ([seeds, platform]) => {
      const world = bothChanged(seeds, platform);
      const policy = { ...POLICY, ...platform };
      converge(world, { order: seeds.order, policy });
      expect(plan(world, world.ids(), policy).operations).toEqual([]);
      // A restart knows the three trees and nothing else, and the day may be another.
      expect(plan(world.clone(), world.ids(), { ...policy, day: '2026-03-02' }).operations).toEqual([]);
    },
  );

  properties.holds(
    '3: what neither side changed keeps its content, its identity and its place, and is not touched',
    1,
    plainSeeds,
    (seeds) => {
      const world = bothChanged(seeds);
      const calm = [...world.synced.values()].filter(({ id }) => isCalm(world, id));
      converge(world, { order: seeds.order, before: (operation) => expect(calm.map(({ id }) => id)).not.toContain(operation.id) });
      for (const node of calm)
        for (const side of SIDES) expect(world[side].get(node.id), describeWorld(world)).toMatchObject(placeOf(node));
    },
  );

  properties.holds('4: an edit beats a delete', 1, plainSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const edited = SIDES.flatMap((side) =>
      [...world[side].values()].filter((node) => world[other(side)].get(node.id) === undefined && isEdited(world, side, node)),
    );
    const texts = edited.map((node) => textOf(world, node));
    converge(world, seeds);
    for (const side of SIDES) expect([...hashes(world, side)]).toEqual(expect.arrayContaining(texts));
  });

  properties.holds('4: a touch does not beat a delete', 1, richSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const goners = [...world.synced.values()].filter(
      (node) => node.kind === 'file' && SIDES.some((side) => isOnlyTouched(world, side, node)),
    );
    converge(world, seeds);
    for (const node of goners) for (const side of SIDES) expect(world[side].get(node.id), describeWorld(world)).toBeUndefined();
    const left = new Set(SIDES.flatMap((side) => [...hashes(world, side)]));
    expect(
      goners.filter((node) => node.kind === 'file' && left.has(node.hash)),
      describeWorld(world),
    ).toEqual([]);
  });

  properties.holds('4: a deleted folder spares, in its place, what the other side added to it', 1, plainSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const spared = SIDES.flatMap((side) =>
      [...world[side].values()]
        .filter(
          (node) =>
            node.kind === 'file' &&
            world.synced.get(node.id) === undefined &&
            isGone(world, other(side), node.parentId) &&
            isStill(world, side, node.parentId),
        )
        .map((node) => ({ text: textOf(world, node), folder: world[side].get(node.parentId)?.name ?? '' })),
    );
    converge(world, seeds);
    for (const { text, folder } of spared) {
      const found = [...world.remote.values()].filter((node) => node.kind === 'file' && node.content.hash === text);
      const folders = found.map((node) => world.remote.get(node.parentId)?.name ?? '');
      expect(
        folders.map((name) => name.replace(/ \(conflict,[^)]*\)/u, '')),
        `${text}\n${describeWorld(world)}`,
      ).toContain(folder);
    }
  });

  properties.holds(
    "5: both edited: the cloud's version keeps the name and the identity, the other is beside it under a mark",
    1,
    plainSeeds,
    (seeds) => {
      const world = agreedWorld(seeds.base);
      const files = [...world.synced.values()].filter(({ kind }) => kind === 'file');
      for (const [index, node] of files.entries()) {
        if ((seeds.order + index) % 3 === 0) continue;
        world.putLocal(node.id, node, 'file', `mine-${node.id}`);
        world.putRemote(node.id, node, 'file', `theirs-${node.id}`);
      }
      const both = files.filter((_, index) => (seeds.order + index) % 3 !== 0);
      const total = world.remote.size + both.length;
      converge(world, seeds);
      expect(world.remote.size, 'one current, one kept, no third').toBe(total);
      for (const node of both) {
        expect(world.local.get(node.id)).toMatchObject({ ...placeOf(node), content: { hash: `theirs-${node.id}` } });
        const kept = [...world.local.values()].filter((one) => one.kind === 'file' && one.content?.hash === `mine-${node.id}`);
        expect(kept).toHaveLength(1);
        expect(kept[0]?.parentId).toBe(node.parentId);
        expect(kept[0]?.name).toMatch(/^[abcd] \(conflict, Desk, 2026-03-01( \d+)?\)(\.txt)?$/u);
      }
    },
  );

  properties.holds('5: conflict versions of one name are numbered, each has a name of its own', 1, clashSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const written = writtenIn(world);
    const last = converge(world, { order: seeds.order });
    expect(lost(world, written)).toEqual([]);
    expect([...last.blocked, ...last.waiting]).toEqual([]);
    expect(world.listing('local')).toEqual(world.listing('remote'));
  });

  properties.holds('5: equal bytes on both sides are no conflict and no transfer', 1, plainSeeds, ({ base, order }) => {
    const world = agreedWorld(base);
    // Nothing is agreed on: the record is lost, and both sides are as they were.
    for (const { id } of [...world.synced.values()]) world.synced.delete(id);
    const before = world.listing('remote');
    // Under other ids here: nobody knows them as the same.
    for (const node of [...world.local.values()]) world.rename(node.id, node.id.replace('a', 'd'));
    const made: Operation['op'][] = [];
    converge(world, { order, before: ({ op }) => made.push(op) });
    expect(made.filter((op) => op !== 'adopt' && op !== 'settle')).toEqual([]);
    for (const side of SIDES) expect(world.listing(side)).toEqual(before);
  });

  properties.holds('6: a move moves no bytes, and no move loses or doubles an item', 1, moveSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const ids = [...world.ids()].sort();
    const costly = new Set<Operation['op']>([
      'upload',
      'download',
      'revive_local',
      'revive_remote',
      'delete_local',
      'delete_remote',
      'mkdir_local',
      'mkdir_remote',
    ]);
    converge(world, { order: seeds.order, before: ({ op }) => expect(costly).not.toContain(op) });
    expect([...world.ids()].sort()).toEqual(ids);
  });

  properties.holds("6: moved on both sides: the cloud's place wins", 1, moveSeeds, (seeds) => {
    const world = bothChanged(seeds);
    const both = [...world.synced.values()].flatMap(({ id }) =>
      isMoved(world, 'remote', id) && isMoved(world, 'local', id) ? [world.remote.get(id)] : [],
    );
    converge(world, seeds);
    for (const node of both)
      if (node !== undefined) for (const side of SIDES) expect(world[side].get(node.id)).toMatchObject(placeOf(node));
  });

  properties.holds('3: deletes only what one side deleted', 1, fc.tuple(richSeeds, platforms), ([seeds, platform]) => {
    const world = bothChanged(seeds, platform);
    const agreed = new Set([...world.synced.values()].map(({ id }) => id));
    const deleted = new Set([...agreed].filter((id) => world.remote.get(id) === undefined || world.local.get(id) === undefined));
    const before = (operation: Operation): void => {
      for (const [side, top] of deletedBy(operation)) {
        for (const id of world.below(side, top)) if (agreed.has(id)) expect(deleted, `${id}\n${describeWorld(world)}`).toContain(id);
      }
    };
    converge(world, { order: seeds.order, policy: { ...POLICY, ...platform }, before });
  });

  properties.holds('9: no name that the disk cannot hold is ever put on it, and the cloud keeps what has one', 1, richSeeds, (seeds) => {
    const world = bothChanged(seeds, WINDOWS);
    const there = [...world.remote.values()].filter((node) => !WINDOWS.canHold(node.name) && world.synced.get(node.id) === undefined);
    converge(world, { order: seeds.order, policy: { ...POLICY, ...WINDOWS } });
    expect([...world.local.values()].filter((node) => !WINDOWS.canHold(node.name))).toEqual([]);
    for (const node of there) expect(world.remote.get(node.id)).toEqual(node);
  });

  properties.counted();
});

const placeOf = ({ parentId, name }: RemoteNode | LocalNode | SyncedNode) => ({ parentId, name });
const textOf = (world: AbstractWorld, node: RemoteNode | LocalNode): string =>
  node.kind === 'folder' ? '' : (node.content?.hash ?? world.unread.get(node.id) ?? '?');

function deletedBy(operation: Operation): [Side, NodeId][] {
  if (operation.op === 'delete_local') return [['local', operation.id]];
  if (operation.op === 'delete_remote') return [['remote', operation.id]];
  return [];
}

const isGone = (world: AbstractWorld, side: Side, id: NodeId): boolean =>
  world.synced.get(id) !== undefined && world[side].get(id) === undefined;
const isMoved = (world: AbstractWorld, side: Side, id: NodeId): boolean => {
  const [now, agreed] = [world[side].get(id), world.synced.get(id)];
  return now !== undefined && agreed !== undefined && !samePlace(now, agreed);
};
/** Where it was agreed to be, with all folders above it. */
function isStill(world: AbstractWorld, side: Side, id: NodeId): boolean {
  for (let at = id; at !== ROOT_ID; at = world.synced.get(at)?.parentId ?? ROOT_ID) {
    const [now, agreed] = [world[side].get(at), world.synced.get(at)];
    if (now === undefined || agreed === undefined || !samePlace(now, agreed)) return false;
  }
  return true;
}
function isEdited(world: AbstractWorld, side: Side, node: RemoteNode | LocalNode): boolean {
  const agreed = world.synced.get(node.id);
  return agreed?.kind === 'file' && world[side].get(node.id)?.kind === 'file' && textOf(world, node) !== agreed.hash;
}
/** On both sides as agreed on, and so are all folders above it; and nobody else wants its name. */
const isCalm = (world: AbstractWorld, id: NodeId): boolean =>
  SIDES.every((side) => {
    const node = world[side].get(id);
    return (
      node !== undefined &&
      isStill(world, side, id) &&
      !isEdited(world, side, node) &&
      !('content' in node && node.content === null) &&
      node.kind === world.synced.get(id)?.kind
    );
  }) &&
  world.remote.get(id)?.kind === world.local.get(id)?.kind &&
  world.remote.get(id)?.kind !== undefined &&
  revisionIsAgreed(world, id);
const revisionIsAgreed = (world: AbstractWorld, id: NodeId): boolean => {
  const [remote, agreed] = [world.remote.get(id), world.synced.get(id)];
  return remote !== undefined && agreed !== undefined && remote.revision === agreed.revision;
};
/** Gone on the other side, and here where it was with the bytes it had. */
function isOnlyTouched(world: AbstractWorld, side: Side, agreed: SyncedNode): boolean {
  const node = world[side].get(agreed.id);
  return node !== undefined && isGone(world, other(side), agreed.id) && isStill(world, side, agreed.id) && !isEdited(world, side, node);
}
