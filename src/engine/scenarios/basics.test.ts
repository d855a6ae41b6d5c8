import { describe, expect, it } from 'vitest';
import { worldOf } from './support/index.ts';

describe('Basics', () => {
  it('new local file up, new remote file down', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const {
      world,
      devices: [laptop, desktop],
    } = opened;
    await laptop.write('report.txt', 'hello');
    expect(await laptop.sync()).toMatchObject({ uploaded: 1 });
    expect(await desktop.sync()).toMatchObject({ downloaded: 1 });
    await world.expectSame({ 'report.txt': 'hello' });
  });
});
