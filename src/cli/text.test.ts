import { describe, expect, it } from 'vitest';
import { pauseUntil } from './durations.ts';
import { syncedPath } from './synced-path.ts';
import { columns, plain, table } from './text.ts';

describe('plain', () => {
  it('shows what would steer a terminal', () => {
    expect(plain('a\u001b[31mred\u0007')).toBe('a\\u001b[31mred\\u0007');
    expect(plain('invoice\u202etxt.exe')).toBe('invoice\\u202etxt.exe');
    expect(plain('two\nlines')).toBe('two\\u000alines');
    expect(plain('季度报告 – café.docx')).toBe('季度报告 – café.docx');
  });
});

describe('table', () => {
  it('lines up names of wide and combining characters', () => {
    expect(columns('报告')).toBe(4);
    expect(columns('cafe\u0301')).toBe(4);
    expect(
      table(
        ['NAME', 'SIZE'],
        [
          ['报告', '1 KB'],
          ['a', '2 KB'],
        ],
      ),
    ).toBe('NAME  SIZE\n报告  1 KB\na     2 KB');
    expect(table(['NAME'], [])).toBe('');
  });
});

describe('pauseUntil', () => {
  const now = new Date(2026, 10, 23, 15, 30);
  it('counts minutes and hours, and takes tomorrow as its morning', () => {
    expect(pauseUntil('30m', now) - now.getTime()).toBe(30 * 60_000);
    expect(pauseUntil('8h', now) - now.getTime()).toBe(8 * 3_600_000);
    expect(new Date(pauseUntil('tomorrow', now))).toEqual(new Date(2026, 10, 24, 8));
    expect(new Date(pauseUntil('tomorrow', new Date(2026, 11, 31, 23)))).toEqual(new Date(2027, 0, 1, 8));
  });

  it.each(['', '0m', '-1h', '1d', '1.5h', 'later'])('refuses %j', (text) => {
    expect(() => pauseUntil(text, now)).toThrow('usage');
  });
});

describe('syncedPath', () => {
  it.each([
    ['report.docx', '/home/li/Docs', '/home/li/Docs/2026', '2026/report.docx'],
    ['/home/li/Docs/a b.txt', '/home/li/Docs', '/tmp', 'a b.txt'],
    ['../top.txt', '/home/li/Docs', '/home/li/Docs/2026', 'top.txt'],
    ['2026/report.docx', '/home/li/Docs', '/tmp', '2026/report.docx'],
    ['./2026/', '/home/li/Docs', '/tmp', '2026'],
    ['/home/li/Docs-2/x', '/home/li/Docs', '/tmp', '/home/li/Docs-2/x'],
    ['..notes', '/home/li/Docs', '/home/li/Docs', '..notes'],
    ['x', undefined, '/tmp', 'x'],
  ])('%s in %s from %s is %s', (given, folder, cwd, expected) => {
    expect(syncedPath(given, folder, cwd)).toBe(expected);
  });
});
