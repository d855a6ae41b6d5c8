import { describe, expect, it } from 'vitest';
import { worldOf } from './support/index.ts';

describe('Questions and choices', () => {
  it('the version of a conflict that was not chosen goes, also while a question about many deletions is open', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (let index = 0; index < 12; index += 1) await laptop.write(`Folder/${index}.txt`, `text ${index}`);
    await laptop.write('report.txt', 'base');
    await world.settle();
    await laptop.write('report.txt', 'the laptop');
    await desktop.write('report.txt', 'the desktop');
    await laptop.sync();
    await desktop.sync();
    await world.settle();
    const [conflict] = await desktop.conflicts();

    await laptop.remove('Folder');
    await laptop.sync();
    await laptop.call('questions.answer', { id: (await laptop.questions())[0]?.id ?? '', choice: 'delete' });
    await laptop.sync();
    await desktop.sync();
    const asked = await desktop.questions();
    expect(asked).toMatchObject([{ kind: 'mass_delete', side: 'cloud' }]);
    expect(await desktop.call('status.snapshot', {})).toMatchObject({ questions: 1, conflicts: 1 });

    await desktop.call('conflicts.resolve', { id: conflict?.id ?? '', keep: 'current' });
    await desktop.sync();
    expect(await desktop.exists(conflict?.copyPath ?? '')).toBe(false);
    expect(await desktop.conflicts()).toEqual([]);
    // The question is the same as before: what was chosen by name is no part of it.
    expect(await desktop.questions()).toEqual(asked);
    expect(await desktop.exists('Folder/3.txt')).toBe(true);
  });

  it('a pause shows beside what is more urgent', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('a.txt', 'base');
    await world.settle();
    await laptop.write('a.txt', 'the laptop');
    await desktop.write('a.txt', 'the desktop');
    await laptop.sync();
    await desktop.sync();
    await desktop.call('sync.pause', { until: null });
    expect(await desktop.call('status.snapshot', {})).toMatchObject({
      state: 'attention',
      paused: true,
      reason: { code: 'conflict_kept' },
    });
    await desktop.call('sync.resume', {});
    expect(await desktop.call('status.snapshot', {})).toMatchObject({ state: 'attention', paused: false });
  });
});
