import { describe, expect, it } from 'vitest';
import { chooseRuntime, runsEngine } from './engine-runtime.ts';
import { givenProfile, windowData } from './launch-options.ts';

describe('where the engine runs', () => {
  it.each([
    ['18.15.0', false],
    ['22.21.1', false],
    ['22.22.0', true],
    ['24.0.0', true],
    ['9.99.0', false],
  ])('a Node %s runs it: %s', (version, runs) => {
    expect(runsEngine(version)).toBe(runs);
  });

  const place = { env: {}, root: '/app', resources: '/electron/resources', platform: 'linux' } as const;
  it('is Electron itself when its Node is new enough, whatever lies beside it', () => {
    expect(chooseRuntime({ ...place, electronNode: '24.5.0', env: { TIDEMARK_NODE: '/n' }, exists: () => true })).toEqual({
      kind: 'electron',
    });
  });

  it('is the first Node beside it that exists', () => {
    const choose = (present: readonly string[], env = {}): unknown =>
      chooseRuntime({ ...place, env, electronNode: '18.15.0', exists: (path) => present.includes(path) });
    expect(choose(['/n', '/app/node_modules/.bin/node'], { TIDEMARK_NODE: '/n' })).toEqual({ kind: 'node', executable: '/n' });
    expect(choose(['/app/node_modules/.bin/node', '/electron/resources/node'])).toEqual({
      kind: 'node',
      executable: '/app/node_modules/.bin/node',
    });
    expect(choose(['/electron/resources/node'])).toEqual({ kind: 'node', executable: '/electron/resources/node' });
    expect(choose([])).toBeUndefined();
  });
});

describe('the profile', () => {
  it.each([
    [['electron', '/app', '--profile', '/p'], {}, '/p'],
    [['tidemark', '--profile=/p'], { TIDEMARK_PROFILE: '/other' }, '/p'],
    [['tidemark'], { TIDEMARK_PROFILE: '/other' }, '/other'],
    [['tidemark', '--profile'], {}, undefined],
    [['tidemark'], { TIDEMARK_PROFILE: '' }, undefined],
  ])('of %j is %s', (args, env, expected) => {
    expect(givenProfile(args, env)).toBe(expected);
  });

  it('has window data of its own, so that two profiles do not share a lock', () => {
    expect(windowData('/p', '/config')).toBe('/p/window');
    expect(windowData(undefined, '/config')).toBe('/config/Tidemark/window');
  });
});
