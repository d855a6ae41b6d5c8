import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../base/index.ts';
import type { StatementFault } from '../store/testing/faulty-database.ts';
import { type Evening, eventfulDay } from '../testing/eventful-day.ts';

const FAULTS: readonly StatementFault[] = [
  { code: 'SQLITE_FULL', what: 'rolled_back' },
  { code: 'SQLITE_FULL', what: 'refused' },
  { code: 'SQLITE_IOERR_WRITE', what: 'rolled_back' },
  { code: 'SQLITE_BUSY', what: 'refused' },
  { code: 'SQLITE_IOERR_FSYNC', what: 'done' },
];

/** CI takes each 16th of the statements, others for each fault; TIDEMARK_FAULT_ROUNDS=16 takes all. */
const stride = Math.max(1, Math.round(16 / Number(process.env['TIDEMARK_FAULT_ROUNDS'] ?? 1)));

/** What has to hold in the evening, however bad the day was. */
function expectWell(evening: Evening, calm: Evening, when: object): void {
  const { here, there, contents, left, issues, journal, litter } = evening;
  const well = { contents: calm.contents, here: calm.here, there: calm.there, left: 0, issues: 0, journal: 0, litter: [] };
  expect({ when, contents, here, there, left, issues, journal, litter }).toEqual({ when, ...well });
}

describe('database error at the N-th statement', () => {
  it('a day without: all of the work is done', async () => {
    const calm = await eventfulDay(() => undefined);
    expect(calm).toMatchObject({ left: 0, issues: 0, journal: 0, litter: [] });
    expect(calm.here).toEqual(calm.there);
    expect(calm.contents.map((line) => line.split(': ')[0]?.replace(/2026-\d\d-\d\d/, 'DAY'))).toEqual([
      'both',
      'both (conflict, Desk, DAY)',
      'edited',
      'edited there',
      'folder',
      'folder/moved',
      'from there',
      'from there/moved from there',
      'left',
      'left/in right',
      'new here',
      'new there',
      'right',
      'right/in left',
    ]);
  });

  it.each(FAULTS.map((fault, index) => [`${fault.code}, ${fault.what}`, fault, index] as const))(
    'once: %s, costs a while and nothing else',
    async (_, fault, index) => {
      const calm = await eventfulDay(() => undefined);
      for (let failing = 1 + (index % stride); failing <= calm.statements; failing += stride) {
        let what = '';
        const evening = await eventfulDay((database) => {
          database.fault = (statement, text) => {
            if (statement !== failing) return undefined;
            what = text;
            return fault;
          };
        });
        expectWell(evening, calm, { failing, what });
      }
    },
    120_000,
  );

  it('just after a folder was moved, also out of sight: that is where it is found', async () => {
    const moved: number[] = [];
    const calm = await eventfulDay((database, { disk }) => {
      const moveFolder = disk.moveFolder.bind(disk);
      disk.moveFolder = async (from, to) => {
        await moveFolder(from, to);
        moved.push(database.statements);
      };
    });
    expect(moved).toHaveLength(3);
    for (const failing of moved.flatMap((before) => [1, 2, 3, 4, 5].map((next) => before + next))) {
      const evening = await eventfulDay((database) => {
        database.fault = (statement) => (statement === failing ? { code: 'SQLITE_FULL', what: 'rolled_back' } : undefined);
      });
      expectWell(evening, calm, { failing });
    }
  }, 120_000);

  it.each(FAULTS.slice(0, 4).map((fault) => [`${fault.code}, ${fault.what}`, fault] as const))(
    'for a minute, from any statement on: %s, is over when the disk works again',
    async (_, fault) => {
      const calm = await eventfulDay(() => undefined);
      for (let failing = 1; failing <= calm.statements; failing += stride * 3) {
        const evening = await eventfulDay((database, { clock }) => {
          let until = Number.POSITIVE_INFINITY;
          database.fault = (statement) => {
            if (statement === failing) until = clock.monotonic() + minuteMs;
            return statement >= failing && clock.monotonic() < until ? fault : undefined;
          };
        });
        expectWell(evening, calm, { failing });
      }
    },
    120_000,
  );
});
