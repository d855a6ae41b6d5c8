import { describe, expect, it } from 'vitest';
import { add, closingLine, countPlaywright, countVitest } from './reports.ts';

const vitest = (over: object): string =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults: [], ...over });
const playwright = (stats: object, errors: readonly unknown[] = []): string =>
  JSON.stringify({ stats: { expected: 2, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors });

describe('the counts of a test run', () => {
  it('takes vitest at its word', () => {
    expect(countVitest(vitest({}))).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  it('counts a test file that could not be loaded as a failure', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'passed', assertionResults: [] },
    ];
    expect(countVitest(vitest({ testResults })).failed).toBe(2);
  });

  it('counts a test that passed only on its second try as failed', () => {
    expect(countPlaywright(playwright({ flaky: 1 }))).toEqual({ passed: 2, failed: 1, skipped: 0 });
  });

  it('counts an error outside of any test as failed', () => {
    expect(countPlaywright(playwright({}, [{ message: 'no config' }])).failed).toBe(1);
  });

  it('refuses a report of another shape instead of counting nothing', () => {
    expect(() => countVitest('{}')).toThrow();
    expect(() => countPlaywright('{"stats":{}}')).toThrow();
  });

  it('ends with one plain line', () => {
    const all = add({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 0 });
    expect(closingLine(all)).toBe('3 passed, 1 failed');
    expect(closingLine({ ...all, skipped: 4 })).toBe('3 passed, 1 failed, 4 skipped');
  });
});
