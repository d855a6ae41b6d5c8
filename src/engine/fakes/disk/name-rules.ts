import { nameKey, utf8Length } from '../../../base/index.ts';
import type { DiskFaultCode } from '../../environment.ts';

/** What a file system makes of a name. */
export interface NameRules {
  /** Two names with one key are one entry. */
  key(name: string): string;
  /** The name that the folder then lists. */
  stored(name: string): string;
  /** Why no entry of this name can be made; undefined when it can. */
  fault(name: string): DiskFaultCode | undefined;
}

const MAX = 255;
const same = (name: string): string => name;
const tooManyBytes = (name: string): DiskFaultCode | undefined => (utf8Length(name) > MAX ? 'name_too_long' : undefined);
const tooManyUnits = (name: string): DiskFaultCode | undefined => (name.length > MAX ? 'name_too_long' : undefined);

/** ext4, XFS, Btrfs: any bytes but `/` and NUL, 255 of them (path_resolution(7), NAME_MAX). */
export const POSIX_NAMES: NameRules = { key: same, stored: same, fault: tooManyBytes };

/**
 * APFS as macOS formats it: neither case nor normalisation tell names apart, and both are kept; 255 bytes of UTF-8
 * (Apple File System Guide, FAQ: "case-insensitive ... normalization-preserving, normalization-insensitive").
 */
export const APFS_NAMES: NameRules = { key: nameKey, stored: same, fault: tooManyBytes };

/** HFS+: as APFS, but names are stored decomposed, in 255 units of UTF-16 (TN1150, "Unicode Subtleties"). */
export const HFS_PLUS_NAMES: NameRules = {
  key: nameKey,
  stored: (name) => name.normalize('NFD'),
  fault: (name) => tooManyUnits(name.normalize('NFD')),
};

/**
 * NTFS and exFAT as Win32 shows them (learn.microsoft.com, "Naming Files, Paths, and Namespaces" and "Maximum Path Length
 * Limitation"):
 * - case does not count, by a table of single characters; NFC and NFD are two names;
 * - `<>:"/\|?*` and the characters 0 to 31 are refused (ERROR_INVALID_NAME, which libuv calls ENOENT);
 * - CON, PRN, AUX, NUL, COM0-9, LPT0-9, also with superscript digits and with any extension, are devices: what is
 *   written there is gone;
 * - a dot or a space at the end is dropped without a word, so that `a.` would be written into `a`;
 * - 255 units of UTF-16.
 */
export const WINDOWS_NAMES: NameRules = {
  key: (name) => Array.from(stripped(name), upperCase).join(''),
  stored: stripped,
  fault: (name) => {
    // eslint-disable-next-line no-control-regex -- control characters are exactly what Windows refuses
    if (/[<>:"/\\|?*\u0000-\u001f]/.test(name) || stripped(name) === '') return 'missing';
    if (/^(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i.test(name)) return 'failed';
    return tooManyUnits(stripped(name));
  },
};

function stripped(name: string): string {
  return name === '.' || name === '..' ? name : name.replace(/[. ]+$/u, '');
}

/** One character for one, as the table of NTFS has it: no character becomes two. */
function upperCase(char: string): string {
  const upper = char.toUpperCase();
  return upper.length === char.length ? upper : char;
}
