import { describe, expect, it } from 'vitest';
import { phrasesIn } from './document.ts';
import { phraseFaults, turnedOff } from './faults.ts';

const phrases = phrasesIn('# Title\n- before any heading\n## Move\n\n- swap two files\n1. a rule\n   - many at once\n');

describe('the list of sync scenarios', () => {
  it('is read with its headings', () => {
    expect(phrases).toEqual([
      { paragraph: '', text: 'before any heading' },
      { paragraph: 'Move', text: 'swap two files' },
      { paragraph: 'Move', text: 'many at once' },
    ]);
  });

  it('is complete when each phrase begins the name of a test, from any title on', () => {
    const tests = [
      ['Whatever', 'before any heading: more'],
      ['Move: swap', 'two files'],
      ['many at once', 'here'],
    ];
    expect(phraseFaults(phrases, tests)).toEqual([]);
  });

  it('names what no test shows; a part of a word is not enough', () => {
    const tests = [['before any headings'], ['Move', 'a swap two files (big)'], ['not many at once']];
    expect(phraseFaults(phrases, tests)).toEqual([': no test shows "before any heading"', 'Move: no test shows "many at once"']);
  });
});

describe('tests that are turned off', () => {
  it.each([
    ["it.skip('x')", ['it.skip']],
    ["describe.concurrent.only('x')", ['describe.concurrent.only']],
    ["it.skipIf(process.platform === 'linux')('x')", ["it.skipIf(process.platform === 'linux')"]],
    ["it.runIf(windows).each([1])('x')", ['it.runIf(windows)']],
    ["it.skipIf(asRoot)('x')", []],
    ["it('skip this')", []],
    ['return context.skip("no")', ['context.skip']],
  ])('%s', (source, expected) => {
    expect(turnedOff(source).map((found) => found.replace(/\('x'\)$/u, ''))).toEqual(expected);
  });
});
