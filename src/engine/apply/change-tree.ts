import type { ApplyParts } from './parts.ts';

/**
 * Runs `work` with the tree lock held, once what an earlier change left in the middle has come to its end: a folder that moved
 * on meanwhile would take along the place where something has yet to be put back. Throws TidemarkError as long as the disk
 * does not let it.
 */
export const changeTree = <T>({ treeLock, mend }: Pick<ApplyParts, 'treeLock' | 'mend'>, work: () => Promise<T>): Promise<T> =>
  treeLock.run(async () => {
    await mend();
    return work();
  });
