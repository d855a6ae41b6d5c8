import { describe, expect, it } from 'vitest';
import { ROOT_ID, TidemarkError } from '../../contract/index.ts';
import { minuteMs } from '../../base/index.ts';
import type { Store } from '../store/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

/** The store, whose transactions fail as on a full disk while `fails` says so. */
function faulty(store: Store, fails: () => boolean): Store {
  return {
    ...store,
    transaction: (work) => {
      if (fails()) throw new TidemarkError('disk_full', { path: 'state.db' });
      return store.transaction(work);
    },
  };
}

/** A device with work of every kind before it. @param failing the transaction, counted from the first after the start, that fails */
async function history(
  failing: number,
): Promise<{ transactions: number; tree: readonly string[]; there: readonly string[]; left: number }> {
  const sync = new TestSync();
  let counting = false;
  let transactions = 0;
  const store = faulty(sync.store, () => {
    if (counting) transactions += 1;
    return counting && transactions === failing;
  });
  const engine = new TidemarkEngine({ environment: sync.environment, store, profile: '/profile', lockFolder: () => () => undefined });
  const request = { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE };
  const other = await sync.connect('Laptop');
  await engine.call('account.signIn', request);
  const { user } = sync.disk;
  for (const name of ['edited', 'deleted', 'moved', 'both']) user.writeFile(`${ROOT}/${name}`, name);
  await engine.call('folder.add', { path: ROOT });
  await engine.start();
  await sync.clock.advance(10_000);
  expect(sync.cloud.nodes(EMAIL)).toHaveLength(4);

  counting = true;
  user.writeFile(`${ROOT}/edited`, 'edited again');
  user.remove(`${ROOT}/deleted`);
  user.mkdir(`${ROOT}/folder`);
  user.rename(`${ROOT}/moved`, `${ROOT}/folder/moved`);
  user.writeFile(`${ROOT}/both`, 'both, from here');
  const both = sync.cloud.nodes(EMAIL).find(({ name }) => name === 'both');
  const edited = sync.cloud.nodes(EMAIL).find(({ name }) => name === 'edited');
  if (both?.kind !== 'file' || edited?.kind !== 'file') throw new Error('not in the cloud');
  const { size, hash, blocks } = edited;
  const file = { mtimeMs: 0, executable: false, size, hash, blocks: [...blocks], parentId: ROOT_ID };
  await other.commit(
    [
      { op: 'mkdir', id: '1'.repeat(32), parentId: ROOT_ID, name: 'from there' },
      { op: 'put', id: '2'.repeat(32), base: null, name: 'new there', ...file },
      { op: 'put', id: both.id, base: both.revision, name: 'both', ...file },
    ],
    sync.random.id(),
  );
  // The files come to rest: those that are being written would be looked at again anyway.
  await sync.clock.advance(1000);
  void engine.call('sync.now', {});
  for (let minute = 0; minute < 5; minute += 1) await sync.clock.advance(minuteMs);
  const left = store.divergentIds().length;
  const tree = [...walk(store)].sort();
  const there = sync.cloud
    .nodes(EMAIL)
    .map(({ name }) => name)
    .sort();
  counting = false;
  const stopping = engine.stop();
  await sync.clock.advance(1000);
  await stopping;
  return { transactions, tree, there, left };
}

function* walk(store: Store, parentId = ROOT_ID): Iterable<string> {
  for (const node of store.local.children(parentId)) {
    yield node.name;
    yield* walk(store, node.id);
  }
}

describe('a database that fails once', () => {
  it('costs a while and nothing else, whichever transaction it is', async () => {
    const whole = await history(Number.POSITIVE_INFINITY);
    expect(whole.left).toBe(0);
    expect(whole.tree).toEqual(whole.there);
    expect(whole.tree).toHaveLength(7);
    for (let failing = 1; failing <= whole.transactions; failing += 1) {
      const { tree, there, left } = await history(failing);
      expect({ failing, tree, there, left }).toEqual({ failing, tree: whole.tree, there: whole.tree, left: 0 });
    }
  }, 60_000);
});
