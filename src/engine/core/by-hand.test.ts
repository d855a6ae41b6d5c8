import { expect, it } from 'vitest';
import { TestApply } from '../apply/testing/test-apply.ts';
import { ROOT_ID } from '../model/index.ts';
import { ByHand } from './by-hand.ts';

it('what was undone in part, and what is out of sight for it, is planned', async () => {
  const world = await TestApply.make();
  for (const path of ['a.txt', 'b.txt']) world.agreed(path);
  const rows = (['a.txt', 'b.txt'] as const).map((path) => {
    const at = { parentId: ROOT_ID, name: path };
    const reversal = { way: 'move_back', from: at, to: { ...at, name: path === 'a.txt' ? 'b.txt' : 'a.txt' } } as const;
    const line = { at: 0, kind: 'moved_here', path, otherPath: reversal.to.name, sizeBytes: null, device: null } as const;
    return { row: world.store.transaction((write) => write.addActivity({ ...line, node: world.id(path), reversal })), reversal };
  });
  const planned = new Set<string>();
  const plan = { changed: (ids: Iterable<string>) => [...ids].forEach((id) => planned.add(id)) };
  const mending = { mend: () => Promise.resolve(null) };
  const ctx = world.sync.context(await world.sync.connect('Desk'));
  const byHand = new ByHand(ctx, world.parts, mending, { plan, scan: { scan: () => Promise.resolve() } });
  world.when('moveFile', 'parked', () => 'failed');
  await expect(byHand.undoTogether(rows.map(({ row, reversal }) => ({ row: { ...row, inTrash: false }, reversal })))).rejects.toThrow();
  expect([...planned].sort()).toEqual([world.id('a.txt'), world.id('b.txt')].sort());
});
