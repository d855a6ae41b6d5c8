import fc from 'fast-check';
import { type NodeId, PARKED_ID, ROOT_ID } from '../../../model/index.ts';
import { AbstractWorld } from '../abstract-world.ts';

const POOL = 8;
const NAMES = ['a', 'A', 'b', 'c.txt', 'caf\u00e9', 'cafe\u0301', 'a (conflict, Desk, 2026-03-01)'];

const idOf = (n: number): NodeId => `e${n.toString(16).padStart(31, '0')}`;

const node = fc.record({
  parent: fc.nat(POOL + 2),
  name: fc.constantFrom(...NAMES),
  folder: fc.boolean(),
  /** Holds what was agreed on. */
  agreed: fc.boolean(),
});
const tree = fc.array(fc.option(node, { nil: null, freq: 3 }), { minLength: POOL, maxLength: POOL });

/** What each of the three trees says of each of a few ids, without any sense. */
export const brokenTrees = fc.record({
  remote: tree,
  local: tree,
  synced: tree,
  unread: fc.array(fc.boolean(), { minLength: POOL, maxLength: POOL }),
});
type BrokenTrees = typeof brokenTrees extends fc.Arbitrary<infer T> ? T : never;

/**
 * Three trees that no history leads to: orphans, circles, one id a file here and a folder there, two items of one name,
 * children of files. A cloud that is broken or hostile, or a damaged record, may show any of it.
 */
export function brokenWorld({ remote, local, synced, unread }: BrokenTrees): AbstractWorld {
  const world = new AbstractWorld();
  // The last two: a folder that no tree has, and out of sight (which only the disk knows).
  const parentOf = (n: number, parked: boolean): NodeId => (n === 0 ? ROOT_ID : n === POOL + 2 && parked ? PARKED_ID : idOf(n - 1));
  for (let n = 0; n < POOL; n += 1) {
    const id = idOf(n);
    const [there, here, agreed] = [remote[n], local[n], synced[n]];
    // The agreed tree is written from the cloud's.
    if (agreed) {
      world.putRemote(
        id,
        { parentId: parentOf(agreed.parent, false), name: agreed.name },
        agreed.folder ? 'folder' : 'file',
        `agreed-${n}`,
      );
      world.settle(id);
      world.remote.delete(id);
    }
    if (there) {
      const hash = there.agreed ? `agreed-${n}` : `there-${n}`;
      world.putRemote(id, { parentId: parentOf(there.parent, false), name: there.name }, there.folder ? 'folder' : 'file', hash);
    }
    if (!here) continue;
    const held = here.agreed ? `agreed-${n}` : `here-${n}`;
    const hash = unread[n] === true ? null : held;
    world.putLocal(id, { parentId: parentOf(here.parent, true), name: here.name }, here.folder ? 'folder' : 'file', hash);
    world.unread.set(id, held);
  }
  return world;
}
