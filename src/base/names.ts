/**
 * Name rules shared by the cloud and every device. Two names are the same name when their keys are equal:
 * NFC, then full case folding as far as ECMAScript offers it (upper, then lower, which folds ß, ſ and the Greek sigmas).
 */
export function nameKey(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Same name as far as any file system is concerned: NFC and NFD spellings are one. */
export const sameName = (a: string, b: string): boolean => a === b || a.normalize('NFC') === b.normalize('NFC');

/** Longest name the cloud takes, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

export type NameFault = 'empty' | 'dot' | 'separator' | 'nul' | 'too_long' | 'lone_surrogate';

/** What makes a name impossible in the cloud, or undefined when it can be held there. */
export function nameFault(name: string): NameFault | undefined {
  if (name === '') return 'empty';
  if (name === '.' || name === '..') return 'dot';
  if (name.includes('/')) return 'separator';
  if (name.includes('\0')) return 'nul';
  if (!name.isWellFormed()) return 'lone_surrogate';
  if (utf8Length(name) > MAX_NAME_BYTES) return 'too_long';
  return undefined;
}

/** Bytes that a well-formed string takes in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

// Naming Files, Paths, and Namespaces (learn.microsoft.com/windows/win32/fileio/naming-a-file); spaces before the dot do
// not count either, as Python's os.path.isreserved has it.
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;
// eslint-disable-next-line no-control-regex -- control characters are exactly what Windows refuses
const WINDOWS_ILLEGAL = /[<>:"\\|?*\u0000-\u001f]/;

/** True when a Windows file system can hold the name. */
export function windowsCanHold(name: string): boolean {
  return !WINDOWS_ILLEGAL.test(name) && !WINDOWS_DEVICE.test(name) && !/[. ]$/.test(name) && name.length <= 255;
}

/** Splits `report.final.docx` into stem and extension; a leading dot belongs to the stem. */
export function splitExtension(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || dot === name.length - 1) return { stem: name, extension: '' };
  return { stem: name.slice(0, dot), extension: name.slice(dot) };
}

/** `report.docx` as `report (2).docx`, cut where it would be too long for the cloud. */
export function numberedName(name: string, number: number): string {
  const { stem, extension } = splitExtension(name);
  const tail = ` (${number})${extension}`;
  // An extension that fills the whole name is none.
  if (utf8Length(tail) >= MAX_NAME_BYTES) return numberedName(name.replaceAll('.', '_'), number);
  let kept = '';
  for (const char of stem) {
    if (utf8Length(kept + char + tail) > MAX_NAME_BYTES) break;
    kept += char;
  }
  return kept + tail;
}
