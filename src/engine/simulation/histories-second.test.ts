import { describe, it } from 'vitest';
import { expectWell, seedsOf } from './expect-well.ts';
import { replayWords } from './shape.ts';

describe('whole engines on fakes come to rest, agree and lose nothing', () => {
  it.each(seedsOf(1).map((options) => [replayWords(options.seed, options), options] as const))('%s', async (_, options) => {
    await expectWell(options);
  });
});
