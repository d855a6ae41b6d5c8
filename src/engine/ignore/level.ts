import { nameKey } from '../../base/index.ts';
import type { NodeId } from '../model/index.ts';
import { isBuiltInIgnored } from './built-in.ts';
import type { Pattern } from './pattern.ts';
import { decidingPattern, RULES_FILE, type Rules } from './rules.ts';

/** Why an item is not synced by its place. */
export type LeftOut =
  /** A name that never syncs. */
  | { readonly by: 'name'; readonly name: string }
  /** `folder`: whose rules file has the pattern; null for the settings. */
  | { readonly by: 'rule'; readonly folder: NodeId | null; readonly pattern: Pattern }
  /** The rules of this folder are not known, so nothing in it is touched. */
  | { readonly by: 'unknown_rules'; readonly folder: NodeId | null }
  /** It never leaves this machine. */
  | { readonly by: 'local_only' };

/** What is known of the rules file of a folder: its rules, or that there are some which could not be read yet. */
export type FolderRules = Rules | 'unknown';

/** More rules than may be say as little of what they leave out as rules that cannot be read. */
export const heeded = (rules: Rules): FolderRules => (rules.tooMany ? 'unknown' : rules);

/** A folder with the rules that hold in it: its own, and those of the folders above. */
export interface Level {
  /** Null at the top of the synced folder. */
  readonly above: Level | null;
  /** Key of the folder's name; '' at the top. */
  readonly key: string;
  readonly folder: NodeId | null;
  readonly own: FolderRules | undefined;
  /** Whether any pattern can hold here at all: mostly not, and then nothing has to be compared. */
  readonly any: boolean;
  /** Set when this folder is itself left out: then so is everything in it (gitignore: nothing below can be brought back). */
  readonly out: LeftOut | undefined;
}

export function topLevel(own: FolderRules | undefined, settings: Rules, folder: NodeId | null): Level {
  const below = hasAny(settings) ? { above: null, key: '', folder: null, own: settings, any: true, out: undefined } : null;
  // The settings are one level further out, so that a file is asked before them.
  return { above: below, key: '', folder, own, any: below !== null || hasAny(own), out: undefined };
}

export function levelBelow(
  above: Level,
  name: string,
  own: FolderRules | undefined,
  folder: NodeId | null,
  out: LeftOut | undefined = judge(above, name, true),
): Level {
  return { above, key: nameKey(name), folder, own, any: above.any || hasAny(own), out };
}

const hasAny = (rules: FolderRules | undefined): boolean => rules === 'unknown' || (rules !== undefined && rules.patterns.length > 0);

/**
 * Whether an item of the folder is left out. Rules of a deeper folder count before those further up, a later line before
 * an earlier one, as git does it; the built-in names count before all.
 */
export function judge(level: Level, name: string, isFolder: boolean): LeftOut | undefined {
  if (level.out !== undefined) return level.out;
  if (isBuiltInIgnored(name)) return { by: 'name', name };
  if (!level.any) return undefined;
  // What may tell the rules is never kept away by not knowing them.
  if (level.own === 'unknown') return name === RULES_FILE ? undefined : { by: 'unknown_rules', folder: level.folder };
  const path = [nameKey(name)];
  for (let at: Level | null = level; at !== null; at = at.above) {
    const pattern = at.own === undefined || at.own === 'unknown' ? undefined : decidingPattern(at.own, path, isFolder);
    if (pattern !== undefined) return pattern.negated ? undefined : { by: 'rule', folder: at.folder, pattern };
    if (at.key !== '') path.unshift(at.key);
  }
  return undefined;
}
