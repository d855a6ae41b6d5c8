import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from './pattern.ts';
import { decidingPattern, MAX_PATTERNS, MAX_WILDCARDS, parseRules } from './rules.ts';
import { ParsedRules } from './parsed-rules.ts';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

describe('many rules', () => {
  it('are decided by the last that matches, however it is found', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', '*a', 'a*', '?', '[ab]', '**', 'b*a');
    const line = fc
      .tuple(
        fc.constantFrom('', '', '!'),
        fc.constantFrom('', '/'),
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '/'),
      )
      .map(([not, top, parts, end]) => not + top + parts.join('/') + end);
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'aa', 'ba'), { minLength: 1, maxLength: 4 });
    let decided = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), path, fc.boolean(), (written, names, isFolder) => {
        const rules = parseRules(written.join('\n'));
        const last = rules.patterns.findLast((pattern) => matchesPattern(pattern, names, isFolder));
        if (last !== undefined) decided += 1;
        expect(decidingPattern(rules, names, isFolder)).toBe(last);
      }),
      { numRuns: 20_000 },
    );
    expect(decided).toBeGreaterThan(5000);
  });

  it('are heeded up to a number, and above it none of them is', () => {
    expect(parseRules(lines(MAX_PATTERNS, (index) => `name ${index}`))).toMatchObject({
      tooMany: false,
      patterns: { length: MAX_PATTERNS },
    });
    expect(parseRules(lines(MAX_WILDCARDS, (index) => `*.x${index}`))).toMatchObject({ tooMany: false });
    for (const text of [
      lines(MAX_PATTERNS + 1, (index) => `name ${index}`),
      lines(MAX_WILDCARDS + 1, (index) => `*.x${index}`),
      // A long pattern costs more.
      lines(MAX_WILDCARDS / 8, (index) => `${'*a'.repeat(200)}${index}`),
    ]) {
      expect(parseRules(text)).toMatchObject({ tooMany: true, patterns: [] });
    }
  });

  it('without wildcards cost next to nothing, however many they are', () => {
    const rules = parseRules(lines(MAX_PATTERNS, (index) => `name ${index}`));
    const names = Array.from({ length: 500 }, (_, index) => ['folder', `file ${index}.txt`]);
    const costMs = (find: (path: readonly string[]) => unknown): number => {
      const startedMs = performance.now();
      for (const path of names) expect(find(path)).toBeUndefined();
      return performance.now() - startedMs;
    };
    const oneByOneMs = costMs((path) => rules.patterns.findLast((pattern) => matchesPattern(pattern, path, false)));
    expect(costMs((path) => decidingPattern(rules, path, false))).toBeLessThan(oneByOneMs / 3);
  });

  it('remember only the first of the lines that can never match', () => {
    expect(parseRules(lines(10_000, () => '[')).bad.length).toBeLessThan(1000);
  });

  it('are remembered up to an amount, and what was not asked for longest goes first', () => {
    const text = (index: number): string => lines(100, (line) => `${index} ${line}`);
    const parsed = new ParsedRules(300_000);
    const first = parsed.of(text(0));
    for (let index = 1; index < 50; index += 1) {
      parsed.of(text(index));
      expect(parsed.bytes).toBeLessThanOrEqual(300_000);
      expect(parsed.of(text(0)), 'asked for again and again').toBe(first);
    }
    const second = parsed.of(text(1));
    expect(parsed.of(text(1))).toBe(second);
    // One that is larger than all that may be held is held alone.
    parsed.of(lines(10_000, (line) => `name ${line}`));
    expect(parsed.of(text(0))).not.toBe(first);
    expect(parsed.bytes).toBeLessThanOrEqual(300_000);
  });
});
