/** Tidemark's own folder inside a synced one: temporary files, trash, marker. */
export const OWN_FOLDER = '.tidemark';

const IGNORED_NAMES = new Set([OWN_FOLDER, '.ds_store', 'thumbs.db']);

/**
 * Temporary files of Office that end in `.tmp`: Word's `~WRL0001.tmp`, PowerPoint's `ppt12AB.tmp`, Excel's eight hex
 * digits, Office's `mso`. Other files of that ending are a person's own.
 */
const OFFICE_TEMPORARY = /^(?:~.*|[0-9a-f]{8}|(?:ppt|mso|xls|wrd)[0-9a-f]{1,8})\.tmp$/;

/** Names that never sync (SYNC-SPEC 10): lock and temporary files of office programs, what file managers leave, our own. */
export function isBuiltInIgnored(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    IGNORED_NAMES.has(lower) ||
    lower.startsWith('~$') ||
    lower.startsWith('~wr') ||
    (lower.startsWith('.~lock.') && lower.endsWith('#')) ||
    (lower.endsWith('.tmp') && OFFICE_TEMPORARY.test(lower))
  );
}

/** True when any folder on the way, or the item itself, never syncs. */
export const isPathBuiltInIgnored = (path: string): boolean => path.split('/').some(isBuiltInIgnored);

/**
 * Names of the lock files that say that `name` is open in an office program: LibreOffice, then Microsoft Office, which
 * puts `~$` before a short name and, in Word, over the first one or two letters of a longer one.
 */
export function lockNames(name: string): readonly string[] {
  return [`.~lock.${name}#`, `~$${name}`, `~$${name.slice(1)}`, `~$${name.slice(2)}`];
}

/** Begins as those of all lock files do. */
export const isLockName = (name: string): boolean => name.startsWith('~$') || name.startsWith('.~');

/** Eight hex digits: where a document of Microsoft Office is open, what Excel saves into before it swaps; else anybody's. */
export const mayBeOfficeScratch = (name: string): boolean => /^[0-9A-F]{8}$/.test(name);
