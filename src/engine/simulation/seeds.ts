import type { HistoryOptions } from './history.ts';

/** Histories that once failed. They are lived through again by every run of the tests. */
export const KEPT: readonly HistoryOptions[] = [];
