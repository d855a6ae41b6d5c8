import { describe, it } from 'vitest';
import { expectWell } from './expect-well.ts';
import { KEPT } from './seeds.ts';
import { replayWords } from './shape.ts';

describe('histories that once failed', () => {
  it.each(KEPT.map((options) => [replayWords(options.seed, options), options] as const))('%s', async (_, options) => {
    await expectWell(options);
  });
});
