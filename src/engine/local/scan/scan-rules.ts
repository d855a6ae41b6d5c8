import { baseName, joinPath, parentPath, type RelativePath } from '../../../base/index.ts';
import type { ErrorData } from '../../../contract/index.ts';
import { type DirectoryEntry, type Disk, DiskFault } from '../../environment.ts';
import {
  judge,
  type FolderRules,
  type Level,
  levelBelow,
  MAX_PATTERNS,
  MAX_RULES_BYTES,
  MAX_WILDCARDS,
  parseRules,
  type Rules,
  RULES_FILE,
  topLevel,
} from '../../ignore/index.ts';
import { compareIdentity, type FileStat, type Fingerprint, type NodeId, ROOT_ID, sameFingerprint } from '../../model/index.ts';
import { faultReason } from '../fault-reason.ts';
import { isQuiet, QUIET_MS } from './quiet.ts';
import type { KnownPlaces } from './known.ts';

/** The last known rules of a folder; `rules` is what `text` means. */
export interface KnownRules {
  readonly text: string | null;
  readonly seen: Fingerprint | null;
  readonly rules: FolderRules;
}

/** What a scan is told about what to leave out. */
export interface ScanRules {
  readonly settings: Rules;
  readonly known: (folder: NodeId) => KnownRules | undefined;
  /** A folder that never leaves this machine, by its place or by who it is. */
  readonly isLocalOnly: (path: RelativePath, stat: FileStat) => boolean;
}

export const NO_RULES: ScanRules = { settings: parseRules(''), known: () => undefined, isLocalOnly: () => false };

/** What a look at a folder found out about its rules. `same`: they are as they were known. */
export type RulesLook =
  | { readonly state: 'same' }
  | { readonly state: 'gone' }
  | { readonly state: 'read'; readonly text: string; readonly seen: Fingerprint }
  /** There are some, and nothing is known of them: never read, or too many to be heeded. */
  | { readonly state: 'unknown' };

export interface RulesFound {
  readonly look: RulesLook;
  /** The folder, as far as it was known. */
  readonly folder: NodeId | undefined;
  readonly issue: ErrorData | undefined;
  /** It is being written, or was there a moment ago: to be looked at again. */
  readonly again: boolean;
}

export const AS_KNOWN: RulesFound = { look: { state: 'same' }, folder: undefined, issue: undefined, again: false };

/** The folder as it was listed. */
interface Listed {
  readonly path: RelativePath;
  readonly entries: readonly DirectoryEntry[];
  readonly stat: FileStat | undefined;
  readonly lookedAt: number;
}

/**
 * The rules that hold at each place a scan comes to: those that were read on the way, else the last known ones. What cannot
 * be read is unknown, and never taken for "no rules" (SYNC-SPEC 8).
 */
export class RulesOnTheWay {
  readonly #disk: Pick<Disk, 'read'>;
  readonly #rules: ScanRules;
  readonly #places: KnownPlaces;
  readonly #levels = new Map<RelativePath, Level>();

  constructor(disk: Pick<Disk, 'read'>, rules: ScanRules, places: KnownPlaces) {
    this.#disk = disk;
    this.#rules = rules;
    this.#places = places;
  }

  /** The level of a folder, from what is known so far. */
  level(path: RelativePath): Level {
    const found = this.#levels.get(path);
    if (found !== undefined) return found;
    const id = this.#places.folderAt(path);
    return this.#enter(path, id === undefined ? undefined : this.#rules.known(id)?.rules);
  }

  isLeftOut(parent: RelativePath, name: string, isFolder: boolean): boolean {
    return judge(this.level(parent), name, isFolder) !== undefined;
  }

  /** Nothing about the rules of a folder is news, and nothing that is left out was known to lie in it. */
  isUnchanged(path: RelativePath, { look, issue, again }: RulesFound): boolean {
    const id = this.#places.folderAt(path);
    const node = id === undefined ? undefined : this.#places.nodeOf(id);
    return look.state === 'same' && issue === undefined && !again && !(node?.kind === 'folder' && node.holdsIgnored === true);
  }

  isLocalOnly(path: RelativePath, stat: FileStat): boolean {
    return this.#rules.isLocalOnly(path, stat);
  }

  /** Reads the rules of a folder that was just listed; from now on they hold. */
  async read(absolute: string, listed: Listed): Promise<RulesFound> {
    const { id, same } = this.#identify(listed);
    const known = id === undefined ? undefined : this.#rules.known(id);
    const found = { ...(await this.#find(absolute, listed, same, known)), folder: id };
    const { look } = found;
    switch (look.state) {
      case 'same':
        this.#enter(listed.path, known?.rules);
        break;
      case 'gone':
        this.#enter(listed.path, undefined);
        break;
      case 'read':
        this.#enter(listed.path, known !== undefined && look.text === known.text ? known.rules : parseRules(look.text));
        break;
      case 'unknown':
        this.#enter(listed.path, 'unknown');
    }
    const { own } = this.level(listed.path);
    const [bad] = own === undefined || own === 'unknown' ? [] : own.bad;
    if (bad === undefined || found.issue !== undefined) return found;
    const path = joinPath(listed.path, RULES_FILE);
    return { ...found, issue: { code: 'ignore_pattern_bad', params: { path, line: bad.line, pattern: bad.text } } };
  }

  /** Which folder this is; `same`: surely the one that was known here. */
  #identify({ path, stat }: Listed): { readonly id: NodeId | undefined; readonly same: boolean } {
    const here = this.#places.folderAt(path);
    if (here === ROOT_ID) return { id: ROOT_ID, same: true };
    const node = here === undefined ? undefined : this.#places.nodeOf(here);
    if (stat === undefined) return { id: here, same: false };
    if (node !== undefined && compareIdentity(node.stat, stat) !== 'different') return { id: here, same: true };
    const moved = this.#places.withInode(stat.dev, stat.ino).find((one) => compareIdentity(one.stat, stat) === 'same');
    return { id: moved?.id ?? here, same: moved !== undefined };
  }

  #enter(path: RelativePath, own: FolderRules | undefined): Level {
    const level =
      path === '' ? topLevel(own, this.#rules.settings, ROOT_ID) : levelBelow(this.level(parentPath(path)), baseName(path), own, null);
    this.#levels.set(path, level);
    return level;
  }

  async #find(absolute: string, listed: Listed, same: boolean, known: KnownRules | undefined): Promise<Omit<RulesFound, 'folder'>> {
    const entry = listed.entries.find(({ name }) => name === RULES_FILE);
    const nothing = { issue: undefined, again: false };
    const keep = (issue?: ErrorData, again = false): Omit<RulesFound, 'folder'> => ({
      look: { state: known === undefined ? 'unknown' : 'same' },
      issue,
      again,
    });
    const path = joinPath(listed.path, RULES_FILE);
    if (entry === undefined) {
      if (known === undefined) return { look: { state: 'same' }, ...nothing };
      // Another folder in its place (a volume that is not mounted) says nothing of this one's rules.
      if (!same) return keep();
      // Editors that save by way of a backup take the file away for a moment.
      if (isYoung(listed.stat, listed.lookedAt)) return keep(undefined, true);
      return { look: { state: 'gone' }, ...nothing };
    }
    if (entry.stat === null) return keep(unreadable(path, entry.fault ?? 'failed'));
    // A link in the place of rules that were known says nothing of them, as it says nothing of any file.
    if (known !== undefined && entry.stat.kind !== 'file' && entry.stat.kind !== 'folder') return keep();
    // A folder or a link of that name is not a rules file, and what is wrong with a link is told anyway.
    if (entry.stat.kind !== 'file') return { look: { state: known === undefined ? 'same' : 'gone' }, ...nothing };
    if (known?.seen !== undefined && known.seen !== null && known.text !== null && sameFingerprint(known.seen, entry.stat)) return keep();
    if (entry.stat.size > MAX_RULES_BYTES) return keep({ code: 'rules_too_large', params: { path, limitBytes: MAX_RULES_BYTES } });
    if (!isQuiet(entry.stat, listed.lookedAt)) return keep(undefined, true);
    try {
      const bytes =
        entry.stat.size === 0 ? new Uint8Array() : await this.#disk.read(`${absolute}/${RULES_FILE}`, 0, entry.stat.size, entry.stat);
      const text = new TextDecoder().decode(bytes);
      // What they would leave out is neither sent nor deleted: the last known ones may not leave it out.
      if (parseRules(text).tooMany) return { look: { state: 'unknown' }, issue: tooMany(path), again: false };
      return { look: { state: 'read', text, seen: entry.stat }, ...nothing };
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      const passing = error.code === 'changed' || error.code === 'missing';
      return passing ? keep(undefined, true) : keep(unreadable(path, error.code));
    }
  }
}

const unreadable = (path: RelativePath, fault: Parameters<typeof faultReason>[0]): ErrorData => ({
  code: 'rules_unreadable',
  params: { path, why: faultReason(fault, path).code },
});

const tooMany = (path: RelativePath): ErrorData => ({
  code: 'rules_too_many',
  params: { path, patterns: MAX_PATTERNS, wildcards: MAX_WILDCARDS },
});

/** Its entries changed a moment ago. */
function isYoung(stat: FileStat | undefined, now: number): boolean {
  if (stat === undefined) return true;
  const ageMs = now - Number(BigInt(stat.mtimeNs) / 1_000_000n);
  return ageMs >= 0 && ageMs < QUIET_MS;
}
