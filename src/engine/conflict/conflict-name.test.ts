import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_NAME_BYTES, nameFault, nameKey, utf8Length, windowsCanHold } from '../../base/index.ts';
import { conflictName, MAX_CONFLICT_COPIES } from './index.ts';

const DAY = '2026-03-01';
const free = (): boolean => false;
const takenOf =
  (...names: string[]) =>
  (key: string): boolean =>
    names.map(nameKey).includes(key);
const nameOf = (name: string, device = 'Desk', taken: (key: string) => boolean = free): string | undefined =>
  conflictName(name, device, DAY, taken);

describe('the mark', () => {
  it.each([
    ['report.docx', 'report (conflict, Desk, 2026-03-01).docx'],
    ['archive.tar.gz', 'archive.tar (conflict, Desk, 2026-03-01).gz'],
    ['Makefile', 'Makefile (conflict, Desk, 2026-03-01)'],
    ['.bashrc', '.bashrc (conflict, Desk, 2026-03-01)'],
    ['trailing.', 'trailing. (conflict, Desk, 2026-03-01)'],
    ['合同 最终版.docx', '合同 最终版 (conflict, Desk, 2026-03-01).docx'],
    ['100% #1?.txt', '100% #1? (conflict, Desk, 2026-03-01).txt'],
  ])('goes before the extension: %j becomes %j', (name, expected) => {
    expect(nameOf(name)).toBe(expected);
  });

  it('is numbered when the name is in use, whatever its case', () => {
    const taken = takenOf('REPORT (Conflict, desk, 2026-03-01).DOCX', 'report (conflict, Desk, 2026-03-01 2).docx');
    expect(nameOf('report.docx', 'Desk', taken)).toBe('report (conflict, Desk, 2026-03-01 3).docx');
  });

  it('asks for names by their key', () => {
    const asked: string[] = [];
    nameOf('Ü.TXT', 'Desk', (key) => asked.push(key) < 2);
    expect(asked).toEqual(['ü (conflict, desk, 2026-03-01).txt', 'ü (conflict, desk, 2026-03-01 2).txt']);
  });

  it('is not made a hundred and first time', () => {
    let asked = 0;
    expect(nameOf('report.docx', 'Desk', () => (asked += 1) > 0)).toBeUndefined();
    expect(asked).toBe(MAX_CONFLICT_COPIES);
    expect(nameOf('report.docx', 'Desk', (key) => !key.includes(' 100)'))).toBe('report (conflict, Desk, 2026-03-01 100).docx');
  });
});

describe('a conflict of a conflict is never made', () => {
  it.each([
    ['report (conflict, Laptop, 2026-02-28).docx', 'report (conflict, Desk, 2026-03-01).docx'],
    ['report (conflict, Laptop, 2026-02-28 17).docx', 'report (conflict, Desk, 2026-03-01).docx'],
    ['Makefile (conflict, Laptop, 2026-02-28)', 'Makefile (conflict, Desk, 2026-03-01)'],
    ['report (conflict, Maya, at home, 2026-02-28).docx', 'report (conflict, Desk, 2026-03-01).docx'],
    // No extension, and the device has a dot in its name.
    ['Makefile (conflict, Mac.local, 2026-02-28)', 'Makefile (conflict, Desk, 2026-03-01)'],
    ['Makefile (conflict, Mac.local, 2026-02-28 2)', 'Makefile (conflict, Desk, 2026-03-01)'],
    ['report (conflict, Mac.local, 2026-02-28).docx', 'report (conflict, Desk, 2026-03-01).docx'],
  ])('%j becomes %j', (name, expected) => {
    expect(nameOf(name)).toBe(expected);
  });

  it.each(['report (conflict).docx', 'report (conflict, Laptop).docx', 'report (conflict, Laptop, 2026-02-28) final.docx'])(
    "leaves a person's own words alone: %j",
    (name) => {
      const stem = name.slice(0, -'.docx'.length);
      expect(nameOf(name)).toBe(`${stem} (conflict, Desk, 2026-03-01).docx`);
    },
  );

  it.each(['Desk', 'Mac.local', 'Maya (home)', '()', 'a, b', '会议室 3 号'])('also when it was made by the device %j', (device) => {
    for (const name of ['report.docx', 'Makefile', '.bashrc']) {
      const once = nameOf(name, device) ?? '';
      expect(nameOf(once, device, takenOf(once))).toBe(once.replace('2026-03-01)', '2026-03-01 2)'));
    }
  });
});

describe('the name of the device', () => {
  it.each([
    ['Maya (home)', 'Maya home'],
    ['Büro/2: "Eingang" <links>?*|\\', 'Büro2 Eingang links'],
    ['line\nbreak\u0000', 'linebreak'],
    [' . dotted. ', 'dotted'],
    ['()', 'device'],
    ['...', 'device'],
    ['\ud800lone\udc00', 'lone'],
    ['会议室', '会议室'],
  ])('%j is written %j', (device, written) => {
    expect(nameOf('a.txt', device)).toBe(`a (conflict, ${written}, 2026-03-01).txt`);
  });

  it('is cut to 60 bytes, between characters', () => {
    expect(nameOf('a.txt', '会'.repeat(30))).toBe(`a (conflict, ${'会'.repeat(20)}, 2026-03-01).txt`);
    expect(nameOf('a.txt', `x${'😀'.repeat(30)}`)).toBe(`a (conflict, x${'😀'.repeat(14)}, 2026-03-01).txt`);
  });
});

describe('at 255 bytes', () => {
  it.each([
    ['CJK', `${'长'.repeat(83)}.xlsx`],
    ['emoji', `${'😀'.repeat(62)}.docx`],
    ['ASCII', `${'a'.repeat(251)}.txt`],
    ['no extension', '长'.repeat(85)],
  ])('the name is cut between characters, and mark and extension stay: %s', (_, name) => {
    const made = nameOf(name, '会议室') ?? '';
    const extension = /\.\w+$/.exec(name)?.[0] ?? '';
    expect(utf8Length(made)).toBeLessThanOrEqual(MAX_NAME_BYTES);
    expect(utf8Length(made)).toBeGreaterThan(MAX_NAME_BYTES - 4);
    expect(made.endsWith(` (conflict, 会议室, 2026-03-01)${extension}`)).toBe(true);
    expect(name.startsWith(made.slice(0, made.indexOf(' (')))).toBe(true);
    expect(made.isWellFormed()).toBe(true);
  });

  it('what follows an early dot is no extension that could push the mark out', () => {
    for (const name of [`a.${'b'.repeat(253)}`, `第1.${'长'.repeat(83)}`]) {
      const made = nameOf(name) ?? '';
      expect(nameFault(made)).toBeUndefined();
      expect(made.endsWith(' (conflict, Desk, 2026-03-01)')).toBe(true);
      expect(nameOf(made, 'Desk', takenOf(made))?.split(' (conflict, Desk, 2026-03-01').length).toBe(2);
    }
  });
});

it('any name of any device on any day gives one that the cloud and the same disk can hold, with one mark', () => {
  const anyName = fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }).filter((name) => nameFault(name) === undefined);
  fc.assert(
    fc.property(anyName, fc.string({ unit: 'binary', maxLength: 100 }), fc.integer({ min: 1, max: 3 }), (name, device, inUse) => {
      let asked = 0;
      const made = conflictName(name, device, DAY, () => (asked += 1) < inUse) ?? '';
      expect(nameFault(made)).toBeUndefined();
      if (windowsCanHold(name)) expect(windowsCanHold(made)).toBe(true);
      const again = conflictName(made, device, DAY, free) ?? '';
      expect(again.split(`, ${DAY}`).length).toBe(made.split(`, ${DAY}`).length);
    }),
    { numRuns: 1000 },
  );
});
