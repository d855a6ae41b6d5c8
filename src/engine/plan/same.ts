import type { Place } from './operations.ts';

/** Same name as far as any file system is concerned: NFC and NFD spellings are one. */
export const sameName = (a: string, b: string): boolean => a === b || a.normalize('NFC') === b.normalize('NFC');

export const samePlace = (a: Place, b: Place): boolean => a.parentId === b.parentId && sameName(a.name, b.name);

export const placeOf = ({ parentId, name }: Place): Place => ({ parentId, name });
