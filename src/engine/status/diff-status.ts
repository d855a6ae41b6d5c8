import type { Status, StatusPatch } from '../../contract/index.ts';

/**
 * What changed, with the revision that follows `previous`; null when nothing did. The revision of `next` is not looked
 * at: `{ ...previous, ...patch }` is the status to go on from, here and at whoever listens.
 */
export function diffStatus(previous: Status, next: Status): StatusPatch | null {
  const keys = (Object.keys(next) as (keyof Status)[]).filter((key) => key !== 'revision' && !same(previous[key], next[key]));
  if (keys.length === 0) return null;
  return { ...Object.fromEntries(keys.map((key) => [key, next[key]])), revision: previous.revision + 1 };
}

/** Equality of plain data. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
