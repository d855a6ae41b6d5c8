import { matchesPattern, parseLine, type Pattern } from './pattern.ts';

/** In any folder of the synced one; an ordinary file, so that rules are the same on every device. */
export const RULES_FILE = '.tidemarkignore';

/** A larger one is a mistake, and every name would be held against all of it. */
export const MAX_RULES_BYTES = 1024 * 1024;

/** As many patterns as one file may have; each takes memory. */
export const MAX_PATTERNS = 20_000;
/** As many of them may have wildcards: every name is held against each of these. Long ones count for several. */
export const MAX_WILDCARDS = 2000;
const WILDCARD_LENGTH = 32;
const MAX_BAD = 100;

export interface Rules {
  readonly patterns: readonly Pattern[];
  /** Lines that can never match, the first of them; the others apply. */
  readonly bad: readonly { readonly line: number; readonly text: string }[];
  /** There are more than may be. Then nothing is known of what they leave out, and `patterns` is empty. */
  readonly tooMany: boolean;
  /** The same patterns, to find the one that decides. */
  readonly index: PatternIndex;
}

interface PatternIndex {
  /** Of patterns without wildcards the last one, by what it matches: a name, or a slash and a whole path. */
  readonly literals: ReadonlyMap<string, Last>;
  readonly wildcards: readonly Pattern[];
}

interface Last {
  readonly any?: Pattern;
  readonly folder?: Pattern;
}

const EMPTY: Rules = { patterns: [], bad: [], tooMany: false, index: { literals: new Map(), wildcards: [] } };

/** Reads gitignore syntax. CRLF and a byte order mark are taken for what they are. */
export function parseRules(text: string): Rules {
  if (text === '') return EMPTY;
  const patterns: Pattern[] = [];
  const wildcards: Pattern[] = [];
  const literals = new Map<string, Last>();
  const bad: { line: number; text: string }[] = [];
  let cost = 0;
  const lines = (text.startsWith('\uFEFF') ? text.slice(1) : text).split('\n');
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line.endsWith('\r') ? line.slice(0, -1) : line, index + 1);
    if (parsed.kind === 'bad' && bad.length < MAX_BAD) bad.push({ line: index + 1, text: parsed.text });
    if (parsed.kind !== 'pattern') continue;
    const { pattern } = parsed;
    patterns.push(pattern);
    const literal = literalOf(pattern);
    if (literal === undefined) {
      wildcards.push(pattern);
      cost += Math.ceil(pattern.text.length / WILDCARD_LENGTH);
    } else literals.set(literal, { ...literals.get(literal), [pattern.foldersOnly ? 'folder' : 'any']: pattern });
    if (patterns.length > MAX_PATTERNS || cost > MAX_WILDCARDS) return { ...EMPTY, bad, tooMany: true };
  }
  return { patterns, bad, tooMany: false, index: { literals, wildcards } };
}

/** The pattern that decides: the last one that matches. */
export function decidingPattern(
  { index: { literals, wildcards } }: Rules,
  path: readonly string[],
  isFolder: boolean,
): Pattern | undefined {
  const literal =
    literals.size === 0 ? undefined : later(lastOf(literals, path.at(-1) ?? '', isFolder), lastOf(literals, pathKey(path), isFolder));
  const after = literal?.line ?? 0;
  for (let at = wildcards.length - 1; at >= 0; at -= 1) {
    const pattern = wildcards[at];
    if (pattern === undefined || pattern.line < after) break;
    if (matchesPattern(pattern, path, isFolder)) return pattern;
  }
  return literal;
}

function lastOf(literals: PatternIndex['literals'], key: string, isFolder: boolean): Pattern | undefined {
  const found = literals.get(key);
  return isFolder ? later(found?.any, found?.folder) : found?.any;
}

const later = (a: Pattern | undefined, b: Pattern | undefined): Pattern | undefined =>
  a === undefined || (b !== undefined && b.line > a.line) ? b : a;

/** Names have no slash, so a path is never taken for one. */
const pathKey = (path: readonly string[]): string => `/${path.join('/')}`;

function literalOf({ anchored, segments }: Pattern): string | undefined {
  const names: string[] = [];
  for (const segment of segments) {
    if (typeof segment === 'symbol' || !('literal' in segment)) return undefined;
    names.push(segment.literal);
  }
  return anchored ? pathKey(names) : names[0];
}
