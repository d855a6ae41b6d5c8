import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { status as statusSchema, statusPatch } from '../../contract/index.ts';
import { diffStatus } from './diff-status.ts';
import type { StatusEvent } from './status-event.ts';
import { StatusModel } from './status-model.ts';

const bytes = fc.nat(1000);
const id = fc.constantFrom('a', 'b', 'c');
const amount = fc.record({ files: fc.nat(5), bytes });
const failure = fc.constantFrom(null, { code: 'quota_exceeded', params: {} } as const);
const event: fc.Arbitrary<StatusEvent> = fc.oneof(
  fc.constantFrom<StatusEvent>(
    { type: 'ready' },
    { type: 'online' },
    { type: 'resumed' },
    { type: 'scan_started' },
    { type: 'scan_ended' },
  ),
  fc.record({
    type: fc.constant('account' as const),
    account: fc.constantFrom(null, { label: 'e', region: 'mainland', deviceName: 'd', server: 's' } as const),
  }),
  fc.record({ type: fc.constant('folder' as const), path: fc.constantFrom(null, '/f') }),
  fc.record({
    type: fc.constantFrom('sign_in' as const, 'folder_state' as const, 'engine_error' as const),
    error: failure,
  }),
  fc.constant<StatusEvent>({ type: 'offline', reason: { code: 'cloud_timeout', params: {} } }),
  fc.record({ type: fc.constant('paused' as const), until: fc.constantFrom(null, 5) }),
  fc.record({ type: fc.constant('planned' as const), upload: amount, download: amount }),
  fc.record({
    type: fc.constant('op_started' as const),
    id,
    path: id,
    direction: fc.constantFrom('up' as const, 'down' as const, null),
    totalBytes: bytes,
  }),
  fc.record({ type: fc.constant('op_progress' as const), id, doneBytes: fc.integer({ min: -5, max: 1500 }), at: fc.nat(20_000) }),
  fc.record({ type: fc.constant('op_finished' as const), id, succeeded: fc.boolean(), at: fc.nat(20_000) }),
  fc.record({ type: fc.constant('settled' as const), at: fc.nat(), complete: fc.boolean() }),
  fc.record({
    type: fc.constant('counts' as const),
    issues: fc.nat(9),
    skipped: fc.nat(9),
    firstMerge: fc.boolean(),
    attention: fc.nat(9),
    room: failure,
    waitingForRoom: fc.constantFrom(null, { files: 1, bytes: 5, neededBytes: 2 }),
    conflicts: fc.nat(9),
    questions: fc.nat(9),
    items: fc.nat(9),
  }),
);

describe('any history of events', () => {
  it('gives a status that the contract allows, and patches that lead from each to the next', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const model = new StatusModel();
        let client = model.status(0);
        for (const [index, one] of events.entries()) {
          model.apply(one);
          const next = statusSchema.parse(model.status(index * 100));
          expect(next.upload.bytes).toBeLessThanOrEqual(next.upload.totalBytes);
          expect(next.download.files).toBeLessThanOrEqual(next.download.totalFiles);
          const patch = diffStatus(client, next);
          if (patch === null) expect({ ...next, revision: client.revision }).toEqual(client);
          else {
            statusPatch.parse(patch);
            expect(patch.revision).toBe(client.revision + 1);
            client = { ...client, ...patch };
          }
          expect(client).toEqual({ ...next, revision: client.revision });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same status again', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const [one, two] = [new StatusModel(), new StatusModel()];
        for (const each of events) {
          one.apply(each);
          one.status(3);
          two.apply(each);
        }
        expect(one.status(30_000)).toEqual(two.status(30_000));
      }),
    );
  });

  it('ends idle once all transfers have ended and everything has settled', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const model = new StatusModel();
        const close: StatusEvent[] = [
          ...['a', 'b', 'c'].map((each) => ({ type: 'op_finished', id: each, succeeded: true, at: 0 }) as const),
          { type: 'settled', at: 1, complete: true },
        ];
        for (const each of [...events, ...close]) model.apply(each);
        const got = model.status(60_000);
        expect(got.state).not.toBe('syncing');
        expect(got.upload).toEqual({ files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, bytesPerSecond: 0 });
        expect([got.transfers, got.etaMs]).toEqual([[], null]);
      }),
    );
  });
});
