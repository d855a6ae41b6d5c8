import { minuteMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { TidemarkEngine } from '../core/engine.ts';
import { openStore, type Store } from '../store/index.ts';
import { FaultyDatabase } from '../store/testing/faulty-database.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from './test-sync.ts';

/** What it came to. */
export interface Evening {
  readonly statements: number;
  /** Names here and in the cloud, sorted. */
  readonly here: readonly string[];
  readonly there: readonly string[];
  /** What is on the disk, with contents, sorted. */
  readonly contents: readonly string[];
  /** Items that are not settled, and lines in the list of troubles. */
  readonly left: number;
  readonly issues: number;
  /** Requests that were not answered, moves that were not finished. */
  readonly journal: number;
  /** Temporary and parked files. */
  readonly litter: readonly string[];
}

/**
 * A device with work of every kind before it, in both directions: upload, download, conflict, move, delete. The database
 * works until the morning is over; `trouble` says what then becomes of it.
 */
export async function eventfulDay(trouble: (database: FaultyDatabase, sync: TestSync) => void): Promise<Evening> {
  const sync = new TestSync();
  const database = new FaultyDatabase();
  const store = openStore(':memory:', { now: () => sync.clock.now(), wrap: database.wrap });
  const engine = new TidemarkEngine({ environment: sync.environment, store, profile: '/profile', lockFolder: () => () => undefined });
  const request = { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE };
  const other = await sync.connect('Laptop');
  await engine.call('account.signIn', request);
  const { user } = sync.disk;
  const first = ['edited', 'deleted', 'moved', 'both', 'deleted there', 'moved there', 'edited there', 'left/in left', 'right/in right'];
  for (const name of first) user.writeFile(`${ROOT}/${name}`, name);
  await engine.call('folder.add', { path: ROOT });
  await engine.start();
  await sync.clock.advance(10_000);
  const nodes = new Map(sync.cloud.nodes(EMAIL).map((node) => [node.name, node]));
  if (nodes.size !== first.length + 2) throw new Error('the morning did not go up');

  database.statements = 0;
  trouble(database, sync);
  user.writeFile(`${ROOT}/edited`, 'edited again');
  user.remove(`${ROOT}/deleted`);
  user.mkdir(`${ROOT}/folder`);
  user.rename(`${ROOT}/moved`, `${ROOT}/folder/moved`);
  user.writeFile(`${ROOT}/both`, 'both, from here');
  user.writeFile(`${ROOT}/new here`, 'new here');
  const known = (name: string): { id: string; base: string } => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`${name} is not in the cloud`);
    return { id: node.id, base: node.revision };
  };
  const source = nodes.get('deleted');
  if (source?.kind !== 'file') throw new Error('no content to use');
  const { size, hash, blocks } = source;
  const file = { mtimeMs: 0, executable: false, size, hash, blocks: [...blocks], parentId: ROOT_ID };
  await other.commit(
    [
      { op: 'mkdir', id: '1'.repeat(32), parentId: ROOT_ID, name: 'from there' },
      { op: 'put', id: '2'.repeat(32), base: null, name: 'new there', ...file },
      { op: 'put', ...known('both'), name: 'both', ...file },
      { op: 'put', ...known('edited there'), name: 'edited there', ...file },
      { op: 'move', ...known('moved there'), parentId: '1'.repeat(32), name: 'moved from there' },
      { op: 'delete', ...known('deleted there') },
      // They change places, for which one of them has to go out of sight here.
      { op: 'move', ...known('left'), parentId: ROOT_ID, name: 'right', group: 0 },
      { op: 'move', ...known('right'), parentId: ROOT_ID, name: 'left', group: 0 },
    ],
    sync.random.id(),
  );
  // The files come to rest: those that are being written would be looked at again anyway.
  await sync.clock.advance(1000);
  void engine.call('sync.now', {}).catch(() => undefined);
  for (let minute = 0; minute < 8; minute += 1) await sync.clock.advance(minuteMs);
  const { statements } = database;
  database.fault = () => undefined;
  const evening = {
    statements,
    ...look(store, sync),
    left: store.divergentIds().length,
    issues: store.issueCount(),
    journal: store.journal().length,
  };
  const stopping = engine.stop();
  await sync.clock.advance(1000);
  await stopping;
  return evening;
}

function look(store: Store, sync: TestSync): Pick<Evening, 'here' | 'there' | 'contents' | 'litter'> {
  const all = Object.entries(sync.disk.user.snapshot(ROOT));
  const seen = all.filter(([path]) => path !== '.tidemark' && !path.startsWith('.tidemark/'));
  return {
    here: [...names(store)].sort(),
    there: sync.cloud
      .nodes(EMAIL)
      .map(({ name }) => name)
      .sort(),
    contents: seen.map(([path, content]) => `${path}: ${content ?? ''}`),
    litter: all.flatMap(([path]) => (/^\.tidemark\/(tmp|parked)\//.test(path) ? [path] : [])),
  };
}

function* names(store: Store, parentId = ROOT_ID): Iterable<string> {
  for (const node of store.local.children(parentId)) {
    yield node.name;
    yield* names(store, node.id);
  }
}
