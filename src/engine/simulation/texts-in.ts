import type { Inode } from '../fakes/disk/volume.ts';
import { textOf } from './text-of.ts';

/** A file, or all files in a folder. */
export const filesIn = (inode: Inode): Inode[] =>
  inode.kind === 'file' ? [inode] : [...inode.entries.values()].flatMap((entry) => filesIn(entry.inode));

/** Their texts. */
export const textsIn = (inode: Inode): string[] => filesIn(inode).map(textOf);
