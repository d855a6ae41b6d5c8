import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import type { TidemarkEngine } from './engine.ts';

let sync: TestSync;
let engine: TidemarkEngine;
let asked: Map<string, number>;

beforeEach(async () => {
  sync = new TestSync();
  await sync.connect('Laptop');
  asked = new Map();
  sync.cloud.fault = ({ method, phase }) => {
    if (phase === 'before') asked.set(method, (asked.get(method) ?? 0) + 1);
  };
  engine = await engineWithFolder(sync);
  await engine.start();
});
afterEach(() => stopEngine(sync, engine));

const totalBytes = (bytes: number): void => void (sync.cloud.accounts.account(EMAIL).totalBytes = bytes);
const write = (name: string, bytes: number): void => sync.disk.user.writeFile(`${ROOT}/${name}`, name.padEnd(bytes, '.'));
const inCloud = (): string[] =>
  sync.cloud
    .nodes(EMAIL)
    .map(({ name }) => name)
    .sort();

describe('a full account', () => {
  it('costs a question now and then, whatever waits; nothing is sent, and nothing committed', async () => {
    totalBytes(1000);
    for (let index = 0; index < 20; index += 1) write(`wait-${index}`, 2000 + index);
    write('small', 10);
    await sync.clock.advance(2 * minuteMs);
    expect(inCloud()).toEqual(['small']);
    expect((await engine.call('status.snapshot', {})).waitingForRoom).toMatchObject({ files: 20 });
    asked.clear();
    for (let minute = 0; minute < 60; minute += 1) await sync.clock.advance(minuteMs);
    expect([asked.get('missing') ?? 0, asked.get('store') ?? 0, asked.get('commit') ?? 0]).toEqual([0, 0, 0]);
    expect(asked.get('quota')).toBeGreaterThan(50);
    expect(asked.get('quota')).toBeLessThan(200);
  });

  it('goes on within two minutes of there being room, also when nothing in the cloud tells of it', async () => {
    totalBytes(1000);
    write('first', 2000);
    write('second', 3000);
    await sync.clock.advance(2 * minuteMs);
    expect(inCloud()).toEqual([]);
    totalBytes(2500);
    await sync.clock.advance(2 * minuteMs);
    expect(inCloud()).toEqual(['first']);
    expect((await engine.call('status.snapshot', {})).waitingForRoom).toEqual({ files: 1, bytes: 3000, neededBytes: 2500 });
    totalBytes(10_000);
    await sync.clock.advance(2 * minuteMs);
    expect(inCloud()).toEqual(['first', 'second']);
    expect((await engine.call('status.snapshot', {})).waitingForRoom).toBeNull();
  });

  it('is asked for its room only once something did not fit', async () => {
    for (let index = 0; index < 5; index += 1) write(`file-${index}`, 100);
    for (let minute = 0; minute < 30; minute += 1) await sync.clock.advance(minuteMs);
    expect(inCloud()).toHaveLength(5);
    expect(asked.get('quota') ?? 0).toBe(0);
  });

  it('shows what was freed here at once', async () => {
    totalBytes(1000);
    write('old', 900);
    await sync.clock.advance(minuteMs);
    write('new', 800);
    await engine.call('sync.now', {});
    await sync.clock.advance(10 * secondMs);
    expect(await engine.call('quota.show', {})).toMatchObject({ waiting: { files: 1, bytes: 800, neededBytes: 700 } });
    sync.disk.user.remove(`${ROOT}/old`);
    await engine.call('sync.now', {});
    await sync.clock.advance(10 * secondMs);
    expect(inCloud()).toEqual([]);
    await engine.call('trash.empty', {});
    await sync.clock.advance(10 * secondMs);
    expect(inCloud()).toEqual(['new']);
  });
});
