import { describe, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import type { UserHands } from '../fakes/disk/user-hands.ts';
import { openStore } from '../store/index.ts';
import { MortalEnvironment } from '../testing/mortal-environment.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

const FIRST = ['both', 'deleted', 'edited', 'moved', 'left/in left', 'right/in right', 'gone/in gone', 'a/deep/one', 'b/two', 'kept'];
const FOLDERS = 6;

/** What came to be: paths with texts, the same in the cloud, and what is wrong. */
interface End {
  readonly changes: number;
  readonly files: Readonly<Record<string, string | null>>;
  readonly wrong: readonly unknown[];
}

/**
 * Another device has changed all that can be changed, and this one follows. With the change of its disk that has the number
 * `last` it dies; the person does something, and the next process begins.
 */
async function day(last: number, meanwhile: (sync: TestSync) => void): Promise<End> {
  const sync = new TestSync();
  const { clock, disk, environment, cloud } = sync;
  const store = openStore(':memory:', { now: () => clock.now() });
  const life = new MortalEnvironment(last);
  const process = (of: typeof environment): TidemarkEngine =>
    new TidemarkEngine({ environment: of, store, profile: '/profile', lockFolder: () => () => undefined });
  const other = await sync.connect('Laptop');
  let engine = process(life.around(environment));
  await engine.call('account.signIn', { server: cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  for (const path of FIRST) disk.user.writeFile(`${ROOT}/${path}`, path);
  await engine.call('folder.add', { path: ROOT });
  await engine.start();
  for (let turn = 0; turn < 100 && cloud.nodes(EMAIL).length < FIRST.length + FOLDERS; turn += 1) await clock.advance(secondMs);

  life.count();
  const node = (name: string) => {
    const found = cloud.nodes(EMAIL).find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is not in the cloud`);
    return found;
  };
  const known = (name: string) => ({ id: node(name).id, base: node(name).revision });
  const kept = node('kept');
  if (kept.kind !== 'file') throw new Error('not a file');
  const { size, hash, blocks } = kept;
  const content = { mtimeMs: 0, executable: false, size, hash, blocks: [...blocks], parentId: ROOT_ID };
  disk.user.writeFile(`${ROOT}/both`, 'both, from here');
  await other.commit(
    [
      { op: 'mkdir', id: '1'.repeat(32), parentId: ROOT_ID, name: 'made' },
      { op: 'put', id: '2'.repeat(32), base: null, name: 'new', ...content },
      { op: 'put', ...known('both'), name: 'both', ...content },
      { op: 'put', ...known('edited'), name: 'edited', ...content },
      { op: 'move', ...known('moved'), parentId: '1'.repeat(32), name: 'moved' },
      { op: 'delete', ...known('deleted') },
      { op: 'delete', ...known('gone') },
      { op: 'move', ...known('left'), parentId: ROOT_ID, name: 'right', group: 0 },
      { op: 'move', ...known('right'), parentId: ROOT_ID, name: 'left', group: 0 },
      { op: 'move', ...known('one'), parentId: ROOT_ID, name: 'one' },
      { op: 'move', ...known('b'), parentId: node('a').id, name: 'b' },
    ],
    sync.random.id(),
  );
  void engine.call('sync.now', {}).catch(() => undefined);
  for (let turn = 0; turn < 60 && life.alive; turn += 1) await clock.advance(secondMs);
  if (!life.alive) {
    meanwhile(sync);
    await clock.advance(secondMs);
    engine = process(environment);
    void engine.start();
    for (let minute = 0; minute < 15; minute += 1) await clock.advance(minuteMs);
  }
  const all = Object.entries(disk.user.snapshot(ROOT)).filter(([path]) => path !== '.tidemark');
  const files = Object.fromEntries(all.filter(([path]) => !path.startsWith('.tidemark/')));
  const below = (id: string, at: string): string[] =>
    cloud
      .nodes(EMAIL)
      .filter(({ parentId }) => parentId === id)
      .flatMap((one) => [at + one.name, ...below(one.id, `${at}${one.name}/`)]);
  const there = below(ROOT_ID, '');
  const wrong = [
    ...there.filter((path) => !(path in files)),
    ...Object.keys(files).filter((path) => !there.includes(path)),
    ...all.flatMap(([path]) => (/^\.tidemark\/(tmp|parked)\//u.test(path) ? [path] : [])),
    ...store.divergentIds(),
    ...store.issues({ limit: 10 }),
    ...store.journal(),
  ];
  const stopping = engine.stop();
  await clock.advance(secondMs);
  await stopping;
  return { changes: life.changes, files, wrong };
}

const textsOf = ({ files }: End): readonly string[] => Object.values(files).flatMap((text) => (text === null ? [] : [text]));

const PATHS = ['both', 'edited', 'new', 'one', 'deleted', 'made/moved', 'moved', 'left/in left', 'right/in left', 'left/in right'];
const inPlace = (user: UserHands, write: (path: string, text: string) => void): void => {
  for (const path of PATHS) if (user.exists(`${ROOT}/${path}`)) write(`${ROOT}/${path}`, `saved as ${path}`);
};

/** CI takes each third of the changes; TIDEMARK_FAULT_ROUNDS=3 takes all. */
const stride = Math.max(1, Math.round(3 / Number(process.env['TIDEMARK_FAULT_ROUNDS'] ?? 1)));

describe('killed with any change of the disk', () => {
  it.each<readonly [string, (sync: TestSync) => void]>([
    ['and begun again', () => undefined],
    ['and without power, which takes all names that were not durable', ({ disk }) => disk.powerCut()],
    ['and without power, which takes half of them', ({ disk }) => disk.powerCut(Math.ceil(disk.volume.uncommitted / 2))],
    [
      'and the person renames folders',
      ({ disk: { user } }) => {
        for (const name of ['left', 'right', 'a', 'b', 'made'])
          if (user.exists(`${ROOT}/${name}`)) user.rename(`${ROOT}/${name}`, `${ROOT}/${name} renamed`);
      },
    ],
    ['and the person saves in place', ({ disk: { user } }) => inPlace(user, (path, text) => user.writeFile(path, text))],
    ['and the person saves new files over them', ({ disk: { user } }) => inPlace(user, (path, text) => user.swapFile(path, text))],
    [
      'and the person takes the names that are free',
      ({ disk: { user } }) => {
        for (const path of [...PATHS, 'left', 'right', 'b', 'made', 'a/b'])
          if (!path.includes('/in ') && !user.exists(`${ROOT}/${path}`)) user.writeFile(`${ROOT}/${path}`, `saved as ${path}`);
      },
    ],
  ])(
    '%s: nothing is lost, nothing is there twice',
    async (_, act) => {
      const calm = await day(0, () => undefined);
      expect(calm.wrong).toEqual([]);
      expect(calm.changes).toBeGreaterThan(15);
      for (let last = 1; last <= calm.changes; last += stride) {
        let saved: readonly string[] = [];
        const end = await day(last, (sync) => {
          act(sync);
          const { user } = sync.disk;
          saved = Object.values(user.snapshot(ROOT)).flatMap((text) => (text?.startsWith('saved as') === true ? [text] : []));
        });
        const texts = textsOf(end);
        const twice = texts.filter(
          (text, index) => texts.indexOf(text) !== index && textsOf(calm).filter((one) => one === text).length < 2,
        );
        const missing = saved.filter((text) => !texts.includes(text));
        expect({ last, wrong: end.wrong, twice, missing }).toEqual({ last, wrong: [], twice: [], missing: [] });
        if (saved.length === 0) expect([...texts].sort(), `after ${last}`).toEqual([...textsOf(calm)].sort());
      }
    },
    120_000,
  );
});
