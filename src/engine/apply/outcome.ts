import { type ErrorData, TidemarkError, toErrorData } from '../../contract/index.ts';
import { DiskFault } from '../environment.ts';
import { faultReason } from '../local/index.ts';
import type { NodeId } from '../model/index.ts';

/** What became of one operation. */
export type Outcome =
  /** Agreed and written down; `touched` are planned next. */
  | { readonly kind: 'done'; readonly touched: readonly NodeId[] }
  /** The world was not as planned and nothing was changed, or only part: look again (`rescan` folders, `pull` the feed). */
  | { readonly kind: 'replan'; readonly touched: readonly NodeId[]; readonly rescan: readonly string[]; readonly pull: boolean }
  | { readonly kind: 'failed'; readonly error: ErrorData };

export const done = (...touched: readonly NodeId[]): Outcome => doneAll(touched);

/** `done` of any number of items: a call cannot have as many arguments as a folder can have items. */
export const doneAll = (touched: readonly NodeId[]): Outcome => ({ kind: 'done', touched });

export const replan = (
  touched: readonly NodeId[],
  look: { readonly rescan?: readonly string[]; readonly pull?: boolean } = {},
): Outcome => ({
  kind: 'replan',
  touched,
  rescan: look.rescan ?? [],
  pull: look.pull ?? false,
});

/** Anything thrown while an item was worked on. */
export const errorDataFor = (thrown: unknown, path: string): ErrorData =>
  thrown instanceof DiskFault ? faultReason(thrown.code, path) : toErrorData(thrown);

/** The disk was not as recorded: not a failure, but a reason to look at the folder again. */
export const isStale = (thrown: unknown): thrown is DiskFault =>
  thrown instanceof DiskFault && ['missing', 'changed', 'exists', 'not_a_folder', 'is_a_folder'].includes(thrown.code);

export const isAborted = (thrown: unknown): boolean => thrown instanceof TidemarkError && thrown.code === 'aborted';
