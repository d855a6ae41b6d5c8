import { describe, expect } from 'vitest';
import { AbstractDevices } from '../fakes/world/testing/abstract-devices.ts';
import { describeWorld } from '../fakes/world/testing/converge.ts';
import { hashes, unsettled, writtenIn } from '../fakes/world/testing/ends.ts';
import { Properties } from '../fakes/world/testing/properties.ts';
import { deviceSeeds, perturb } from '../fakes/world/testing/random-world.ts';

const properties = new Properties('devices.property.test.ts', 1);

describe('several planners and one cloud', () => {
  properties.holds('end with the same tree everywhere and lose nothing, whatever arrives when', 1, deviceSeeds, ({ base, done, order }) => {
    const all = new AbstractDevices(base, done.length, order);
    const written = all.devices.flatMap(({ world }, index) => {
      perturb(world, 'local', done[index] ?? [], undefined, `device ${index}`);
      return writtenIn(world);
    });
    all.converge();
    const wanted = all.cloud.listing('remote');
    for (const { world } of all.devices) {
      expect(unsettled(world), describeWorld(world)).toEqual([]);
      expect(world.listing('local')).toEqual(wanted);
      expect(world.listing('remote')).toEqual(wanted);
    }
    const kept = hashes(all.cloud, 'remote');
    expect(
      written.filter((hash) => !kept.has(hash)),
      describeWorld(all.cloud),
    ).toEqual([]);
  });

  properties.counted();
});
