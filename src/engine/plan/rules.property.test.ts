import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { converge, convergeAtLeisure, describeWorld, POLICY } from '../fakes/world/converge.ts';
import { lost, unexplained, writtenIn } from '../fakes/world/ends.ts';
import { Properties } from '../fakes/world/properties.ts';
import { bothChanged, LINUX, MAC, richSeeds, WINDOWS } from '../fakes/world/random-world.ts';
import { plan } from './index.ts';

const properties = new Properties('rules.property.test.ts', 2);
const platforms = fc.constantFrom(LINUX, MAC, WINDOWS);

describe('the planner, over names that platforms quarrel about', () => {
  properties.holds('settles or reports, and loses nothing', 1, fc.tuple(richSeeds, platforms), ([seeds, platform]) => {
    const world = bothChanged(seeds, platform);
    const written = writtenIn(world);
    const policy = { ...POLICY, ...platform };
    const last = converge(world, { order: seeds.order, policy });
    expect(lost(world, written), describeWorld(world)).toEqual([]);
    expect(unexplained(world, last), describeWorld(world)).toEqual([]);
    expect(plan(world, world.ids(), policy).operations).toEqual([]);
  });
  properties.holds('does so too when operations take their time', 1, fc.tuple(richSeeds, platforms), ([seeds, platform]) => {
    const world = bothChanged(seeds, platform);
    const written = writtenIn(world);
    const policy = { ...POLICY, ...platform };
    const last = convergeAtLeisure(world, { order: seeds.order, policy });
    expect(lost(world, written), describeWorld(world)).toEqual([]);
    expect(unexplained(world, last), describeWorld(world)).toEqual([]);
  });
  properties.counted();
});
