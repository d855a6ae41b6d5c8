import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPath } from '../../../base/index.ts';
import { FakeDisk } from '../../fakes/disk/index.ts';
import { isBuiltInIgnored } from '../../ignore/index.ts';
import { type LocalNode, MapTree } from '../../model/index.ts';
import { type FolderLook, gather, knownFrom, type Listing, type LocalChanges, reconcile } from './index.ts';
import { AS_KNOWN } from './scan-rules.ts';
import { changedDuring } from './quiet.ts';

const ROOT = '/home/sync';

/** A disk, what is known of it, and a full look at it in two ways. */
class World {
  now = 1_750_000_000_000;
  readonly disk = new FakeDisk({ now: () => this.now });
  readonly tree = new MapTree<LocalNode>();
  issues: readonly string[] = [];
  readonly at = (path: string): string => (path === '' ? ROOT : joinPath(ROOT, path));
  #ids = 0;

  constructor() {
    this.disk.user.mkdir(ROOT);
    this.disk.user.mkdir(this.at('.tidemark/tmp'));
  }

  gather(): Promise<Listing> {
    return gather({ disk: this.disk, clock: { now: () => this.now }, root: ROOT }, 'all', knownFrom(this.tree));
  }

  /** Every entry of every folder: what a full look would hold if nothing were left out. */
  async everything(): Promise<Listing> {
    const folders = new Map<string, FolderLook>();
    const queue = [''];
    let restless = false;
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const entries = await this.disk.list(this.at(path)).catch(() => undefined);
      if (entries === undefined) {
        folders.set(path, { state: 'unreadable', fault: 'denied', told: false });
        continue;
      }
      const stat = await this.disk.stat(this.at(path));
      const changedMs = Number(BigInt(stat?.mtimeNs ?? 0) / 1_000_000n);
      const noRules = { rules: AS_KNOWN, leftOut: () => false, localOnly: new Set<string>() };
      folders.set(path, { state: 'listed', entries, lookedAt: this.now, changedMs, self: stat, ...noRules });
      restless ||= changedDuring({ changedMs, lookedAt: this.now }, this.now);
      for (const { name, stat: found } of entries)
        if (found?.kind === 'folder' && name !== null && !isBuiltInIgnored(name)) queue.push(joinPath(path, name));
    }
    return { startedAt: this.now, folders, same: new Set(), restless };
  }

  mean(listing: Listing): LocalChanges {
    let next = this.#ids;
    return reconcile(listing, knownFrom(this.tree), () => String(++next).padStart(32, '0'), this.issues);
  }

  apply(changes: LocalChanges): void {
    this.#ids += changes.put.length;
    for (const id of changes.deleted) this.tree.delete(id);
    for (const node of changes.put) this.tree.set(node);
    this.issues = [
      ...new Set([...this.issues.filter((path) => !changes.cleared.includes(path)), ...changes.issues.map(({ path }) => path)]),
    ];
  }
}

/** In one order; which of the paths comes first does not matter. */
const sorted = ({ busy, cleared, ...rest }: LocalChanges): LocalChanges => ({
  ...rest,
  busy: [...busy].sort((a, b) => (a.path < b.path ? -1 : 1)),
  cleared: [...cleared].sort(),
});

describe('a full look', () => {
  it('keeps nothing of folders that hold what was known in them', async () => {
    const world = new World();
    for (const path of ['a/one', 'a/two', 'a/b/three', 'c/four', 'd/five']) world.disk.user.writeFile(world.at(path), path);
    world.now += 1000;
    world.apply(world.mean(await world.gather()));
    expect((await world.gather()).folders.size).toBe(0);
    world.disk.user.writeFile(world.at('c/four'), 'other');
    world.disk.user.rename(world.at('a/one'), world.at('d/one'));
    world.now += 1000;
    const { folders, same } = await world.gather();
    // Where the moved file came from and went to, where something changed, and nothing else.
    expect([...folders.keys()].sort()).toEqual(['a', 'c', 'd']);
    expect([...same].sort()).toEqual(['', 'a/b']);
  });

  it('leaves an issue open in a folder that cannot be read now, and closes one that is gone, where all else is the same', async () => {
    const world = new World();
    world.disk.user.writeFile(world.at('a/b/file'), '');
    world.disk.user.symlink('/', world.at('a/b/link'));
    world.now += 1000;
    world.apply(world.mean(await world.gather()));
    world.disk.fault = (method, path) => (method === 'list' && path === world.at('a/b') ? 'denied' : undefined);
    const { same } = await world.gather();
    expect([...same]).toEqual(['', 'a']);
    world.apply(world.mean(await world.gather()));
    expect([...world.issues].sort()).toEqual(['a/b', 'a/b/link']);
    world.disk.fault = undefined;
    world.disk.user.remove(world.at('a/b/link'));
    expect(world.mean(await world.gather()).cleared).toEqual(['a/b/link', 'a/b']);
  });

  const name = fc.constantFrom('a', 'b', 'c', '.~lock.a#');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const step = fc.record({
    kind: fc.constantFrom(
      'write',
      'move',
      'move',
      'move',
      'remove',
      'mkdir',
      'swap',
      'refill',
      'refill',
      'link',
      'symlink',
      'chmod',
      'look',
      'look',
    ),
    path,
    to: path,
    waitMs: fc.constantFrom(0, 50, 1000),
  });

  /** The same things in a new folder of the same name; the old one stays beside it. */
  const refill = (user: World['disk']['user'], folder: string): void => {
    const names = Object.keys(user.snapshot(folder)).filter((one) => !one.includes('/'));
    user.rename(folder, `${folder}e`);
    user.mkdir(folder);
    for (const one of names) user.rename(`${folder}e/${one}`, `${folder}/${one}`);
  };

  const act = (world: World, { kind, path: one, to }: typeof step extends fc.Arbitrary<infer T> ? T : never): void => {
    const { user } = world.disk;
    const [from, target] = [world.at(one), world.at(to)];
    try {
      if (kind === 'write') user.writeFile(from, to);
      else if (kind === 'move') user.rename(from, target);
      else if (kind === 'remove') user.remove(from);
      else if (kind === 'mkdir') user.mkdir(from);
      else if (kind === 'swap') user.swapFile(from, to);
      else if (kind === 'refill') refill(user, from);
      else if (kind === 'link' && user.stat(from).kind === 'file') user.link(from, target);
      else if (kind === 'symlink') user.symlink(to, from);
      else if (kind === 'chmod') user.chmod(from, user.stat(from).mode === 0 ? 0o755 : 0);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'DiskFault')) throw error;
    }
  };

  it('means the same as one that keeps everything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = new World();
        for (const one of steps) {
          act(world, one);
          if (one.kind !== 'look') continue;
          world.now += one.waitMs;
          const whole = world.mean(await world.everything());
          expect(sorted(world.mean(await world.gather()))).toEqual(sorted(whole));
          world.apply(whole);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
