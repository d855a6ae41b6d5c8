import { nameKey, splitExtension, utf8Length, MAX_NAME_BYTES } from '../../base/index.ts';

/** `report (conflict, Desk, 2026-03-01 2).docx` */
const MARK = / \(conflict, [^()]*, \d{4}-\d{2}-\d{2}(?: \d+)?\)$/u;

/** What follows an early dot and is longer than this is part of the name, not an extension; there must be room for the mark. */
const MAX_EXTENSION_BYTES = 32;

/** How many copies of one name on one day are made before the item is reported instead. */
export const MAX_CONFLICT_COPIES = 100;

/**
 * The name for the version that cannot keep its own (SYNC-SPEC 5). A conflict of a conflict is never made: an earlier
 * mark is replaced by the new one.
 * @param day `YYYY-MM-DD`
 * @param taken tells whether a name key is in use in the folder, here or in the cloud
 * @returns undefined when all numbered names are taken
 */
export function conflictName(name: string, deviceName: string, day: string, taken: (key: string) => boolean): string | undefined {
  const { original, extension } = withoutMark(name);
  const device = deviceName.replace(/[()/\\:*?"<>|\p{Cc}\p{Cs}]/gu, '').replace(/^[. ]+|[. ]+$/gu, '') || 'device';
  for (let copy = 1; copy <= MAX_CONFLICT_COPIES; copy += 1) {
    const mark = ` (conflict, ${cut(device, 60)}, ${day}${copy === 1 ? '' : ` ${copy}`})`;
    const candidate = `${cut(original, MAX_NAME_BYTES - utf8Length(mark) - utf8Length(extension))}${mark}${extension}`;
    if (!taken(nameKey(candidate))) return candidate;
  }
  return undefined;
}

function withoutMark(name: string): { readonly original: string; readonly extension: string } {
  // A dot in the name of the device is not where the extension of a marked name begins.
  const { stem, extension } = MARK.test(name) ? { stem: name, extension: '' } : splitExtension(name);
  if (utf8Length(extension) > MAX_EXTENSION_BYTES) return { original: name, extension: '' };
  return { original: stem.replace(MARK, ''), extension };
}

/** At most `bytes` of UTF-8 from the front, whole characters only. */
function cut(text: string, bytes: number): string {
  let used = 0;
  let end = 0;
  for (const char of text) {
    used += utf8Length(char);
    if (used > bytes) break;
    end += char.length;
  }
  return text.slice(0, end);
}
