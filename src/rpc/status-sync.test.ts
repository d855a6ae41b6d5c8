import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Status, StatusPatch } from '../contract/index.ts';
import { connectEngine } from './client.ts';
import { memoryPorts } from './port.ts';
import { serveEngine } from './server.ts';
import { applyPatch, emptyView, followStatus, stepStatus } from './status-sync.ts';
import { FakeEngine, someStatus } from './testing/fake-engine.ts';

describe('applyPatch', () => {
  it('takes the next revision, and only that', () => {
    const status = someStatus(4);
    expect(applyPatch(status, { revision: 5, items: 9 })).toEqual({ ...status, revision: 5, items: 9 });
    expect(applyPatch(status, { revision: 4, items: 9 })).toBe('stale');
    expect(applyPatch(status, { revision: 6, items: 9 })).toBe('gap');
  });

  it('can set a field to null, and leaves out what is not there', () => {
    expect(applyPatch(someStatus(1, { folder: { path: '/a' }, items: 3 }), { revision: 2, folder: null, items: undefined })).toMatchObject({
      folder: null,
      items: 3,
    });
  });
});

describe('stepStatus', () => {
  it('ends at the truth whatever is lost, doubled or early', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ drop: fc.boolean(), twice: fc.boolean(), snapshotAfter: fc.boolean() }), { maxLength: 40 }),
        (steps) => {
          let truth: Status = someStatus(0);
          let view = stepStatus(emptyView, { snapshot: truth });
          for (const step of steps) {
            const patch: StatusPatch = { revision: truth.revision + 1, items: truth.revision * 7 };
            const next = applyPatch(truth, patch);
            if (typeof next === 'string') throw new Error('the patch follows');
            truth = next;
            if (!step.drop) view = stepStatus(view, { patch });
            if (step.twice && !step.drop) view = stepStatus(view, { patch });
            if (step.snapshotAfter && view.asking) view = stepStatus(view, { snapshot: truth });
          }
          // One more patch uncovers a loss at the very end; then the snapshot that is asked for settles it.
          const last = applyPatch(truth, { revision: truth.revision + 1, items: 1 });
          if (typeof last === 'string') throw new Error('the patch follows');
          view = stepStatus(view, { patch: { revision: last.revision, items: 1 } });
          if (view.asking) view = stepStatus(view, { snapshot: last });
          expect(view).toEqual({ status: last, asking: false, waiting: [] });
        },
      ),
    );
  });
});

describe('followStatus', () => {
  it('follows over a port and asks again after a gap', async () => {
    let truth = someStatus(1);
    const engine = new FakeEngine({ 'status.snapshot': () => Promise.resolve(truth) });
    const [near, far] = memoryPorts();
    serveEngine(engine, far);
    const seen: number[] = [];
    const dispose = followStatus(connectEngine(near), (status) => seen.push(status.items));
    await expect.poll(() => seen).toEqual([0]);
    engine.emit('status.patch', { revision: 2, items: 2 });
    await expect.poll(() => seen).toEqual([0, 2]);
    truth = someStatus(9, { items: 9 });
    engine.emit('status.patch', { revision: 9, items: 9 });
    await expect.poll(() => seen).toEqual([0, 2, 9]);
    expect(engine.calls.filter((call) => call.method === 'status.snapshot')).toHaveLength(2);
    dispose();
    await expect.poll(() => engine.listening('status.patch')).toBe(0);
  });

  it('tells when the engine cannot be asked', async () => {
    const [near] = memoryPorts();
    const connection = connectEngine(near);
    const failed = new Promise((resolve) => followStatus(connection, () => undefined, { onError: resolve }));
    connection.close();
    expect(await failed).toMatchObject({ code: 'engine_stopped' });
  });
});
