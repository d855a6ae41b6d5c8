import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MiB, secondMs } from '../../base/index.ts';
import type { Operation } from '../plan/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { LANE_SIZES, WorkLanes } from './work-lanes.ts';
import type { RankedOperation } from './work-order.ts';

const SIZES = { small: { most: 4, step: 2 }, large: { most: 2, step: 1 }, few: 1 };
const NONE = { begin: [], plan: [] };

const ranked = (op: 'hash' | 'upload' | 'download' | 'mkdir_remote', id: string, rank = 0, bytes = 10): RankedOperation => ({
  operation: { op, id },
  bytes,
  rank,
});
const uploads = (...ids: readonly string[]): readonly RankedOperation[] => ids.map((id) => ranked('upload', id));
const idsOf = (operations: readonly Operation[]): readonly string[] => operations.map(({ id }) => id);

describe('what waits for its turn', () => {
  it('is planned anew in the order of its rank, once enough others are over', () => {
    const lanes = new WorkLanes(SIZES);
    const begun = lanes.admit([...uploads('a', 'b', 'c', 'd'), ranked('upload', 'old', -2), ranked('upload', 'new', -1)]);
    expect(idsOf(begun)).toEqual(['a', 'b', 'c', 'd']);
    expect([lanes.isWaiting('a'), lanes.isWaiting('old')]).toEqual([false, true]);
    expect([...lanes.waiting()].sort()).toEqual(['new', 'old']);
    expect(lanes.amount('upload')).toEqual({ files: 6, bytes: 60 });
    const [first, second] = begun;
    if (first === undefined || second === undefined) throw new Error('nothing began');
    lanes.ended(first);
    expect(lanes.next(() => true)).toEqual(NONE);
    lanes.ended(second);
    expect(lanes.next(() => true)).toEqual({ begin: [], plan: ['new', 'old'] });
    expect(lanes.amount('upload')).toEqual({ files: 2, bytes: 20 });
    expect(lanes.idle).toBe(true);
  });

  it('leaves its place to those that had their turn, until they are planned', () => {
    const lanes = new WorkLanes(SIZES);
    const begun = lanes.admit(uploads('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'));
    for (const operation of begun.slice(0, 2)) lanes.ended(operation);
    expect(lanes.next(() => true).plan).toEqual(['e', 'f']);
    expect(lanes.next(() => true)).toEqual(NONE);
    lanes.planned();
    // One of them needs nothing any more.
    expect(idsOf(lanes.admit(uploads('e', 'i')))).toEqual(['e', 'i']);
    for (const operation of begun.slice(2)) lanes.ended(operation);
    expect(lanes.next(() => true).plan).toEqual(['g', 'h']);
  });

  it('that only has to be read is read at once, or planned where that may not be', () => {
    const lanes = new WorkLanes(SIZES);
    const begun = lanes.admit(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ranked('hash', id)));
    for (const operation of begun) lanes.ended(operation);
    const { begin, plan } = lanes.next((id) => id === 'e');
    expect([idsOf(begin), plan]).toEqual([['e'], ['f']]);
  });

  it('is forgotten when it is planned otherwise meanwhile', () => {
    const lanes = new WorkLanes(SIZES);
    const begun = lanes.admit(uploads('a', 'b', 'c', 'd', 'e', 'f'));
    lanes.forget('e');
    expect(lanes.admit([ranked('mkdir_remote', 'f')])).toHaveLength(1);
    for (const operation of begun) lanes.ended(operation);
    expect(lanes.next(() => true)).toEqual(NONE);
    expect(lanes.amount('upload')).toEqual({ files: 0, bytes: 0 });
  });

  it('is not kept waiting by large files, nor by those of the other direction; a few more may always begin', () => {
    const lanes = new WorkLanes(SIZES);
    expect(idsOf(lanes.admit(['a', 'b', 'c'].map((id) => ranked('upload', id, 0, 10 * MiB))))).toEqual(['a', 'b']);
    expect(idsOf(lanes.admit(uploads('d', 'e', 'f', 'g', 'h')))).toEqual(['d', 'e', 'f', 'g']);
    expect(idsOf(lanes.admit([ranked('download', 'i'), ranked('download', 'j')]))).toEqual(['i', 'j']);
    expect(idsOf(lanes.admit(uploads('k')))).toEqual(['k']);
    expect(idsOf(lanes.admit(uploads('l')))).toEqual([]);
  });
});

it('everything has its turn, and never more than the bounds at a time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 40 }), (steps) => {
      const lanes = new WorkLanes(SIZES);
      const running = new Set<Operation>();
      const left = new Set<string>();
      let made = 0;
      const begin = (operations: readonly Operation[]): void => {
        for (const operation of operations) running.add(operation);
        expect(running.size).toBeLessThanOrEqual(SIZES.small.most + SIZES.few);
      };
      const goOn = (): void => {
        for (let { plan } = lanes.next(() => true); plan.length > 0; { plan } = lanes.next(() => true)) {
          lanes.planned();
          begin(lanes.admit(uploads(...plan)));
        }
      };
      const end = (): void => {
        const [first] = running;
        if (first === undefined) return;
        running.delete(first);
        left.delete(first.id);
        lanes.ended(first);
        goOn();
      };
      for (const step of steps) {
        if (step < 4) end();
        else {
          const ids = Array.from({ length: step }, () => String((made += 1)));
          for (const id of ids) left.add(id);
          begin(lanes.admit(ids.map((id) => ranked('upload', id, step % 3))));
        }
      }
      while (running.size > 0) end();
      expect([left.size, lanes.idle, lanes.amount('upload')]).toEqual([0, true, { files: 0, bytes: 0 }]);
    }),
  );
});

it('of more files than may be under way each is sent, and the status counts all of them', async () => {
  const sync = new TestSync();
  await sync.connect('Laptop');
  const engine = await engineWithFolder(sync);
  const count = LANE_SIZES.small.most + LANE_SIZES.small.step;
  for (let index = 0; index < count; index += 1) sync.disk.user.writeFile(`${ROOT}/${index}`, `content ${index}`);
  let total = 0;
  engine.on('status.patch', ({ upload }) => {
    total = Math.max(total, upload?.totalFiles ?? 0);
  });
  await engine.start();
  for (let turn = 0; turn < 120 && sync.cloud.nodes(EMAIL).length < count; turn += 1) await sync.clock.advance(secondMs);
  await sync.clock.advance(10 * secondMs);
  expect(sync.cloud.nodes(EMAIL)).toHaveLength(count);
  expect(total).toBe(count);
  expect(sync.store.divergentIds()).toEqual([]);
  await stopEngine(sync, engine);
}, 60_000);
