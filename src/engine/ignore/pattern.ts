import { nameKey } from '../../base/index.ts';
import { type Glob, matchesGlob, parseGlob } from './glob.ts';

/** Any number of folders, none too. */
const FOLDERS = Symbol('**');

type Segment = Glob | typeof FOLDERS;

/** One line of gitignore syntax. */
export interface Pattern {
  /** From 1. */
  readonly line: number;
  /** As it was written. */
  readonly text: string;
  /** It brings back what an earlier pattern left out. */
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** True for a pattern with a slash in it: it is matched against the whole path and not only the name. */
  readonly anchored: boolean;
  readonly segments: readonly Segment[];
}

/** A line that can never match is a mistake worth telling. */
export type ParsedLine =
  { readonly kind: 'pattern'; readonly pattern: Pattern } | { readonly kind: 'nothing' } | { readonly kind: 'bad'; readonly text: string };

const LONGEST = 4096;

/**
 * Reads a line as gitignore(5) says. Names are compared by their keys, as Tidemark compares names everywhere: without
 * regard to case, accents composed. So whether an item is left out never depends on the device.
 */
export function parseLine(text: string, line: number): ParsedLine {
  const trimmed = withoutTrailingSpaces(text);
  if (trimmed === '' || trimmed.startsWith('#')) return { kind: 'nothing' };
  const negated = trimmed.startsWith('!');
  let body = nameKey(negated ? trimmed.slice(1) : trimmed).replaceAll('\\/', '/');
  const foldersOnly = body.endsWith('/');
  if (foldersOnly) body = body.slice(0, -1);
  const anchored = body.includes('/');
  if (body.startsWith('/')) body = body.slice(1);
  const segments = body.length > LONGEST ? undefined : parseSegments(body);
  if (segments === undefined) return { kind: 'bad', text: trimmed };
  return { kind: 'pattern', pattern: { line, text: trimmed, negated, foldersOnly, anchored, segments } };
}

function parseSegments(body: string): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  const parts = body.split('/');
  for (const [index, part] of parts.entries()) {
    if (part === '') return undefined;
    if (part === '**' && parts.length > 1) {
      if (segments.at(-1) !== FOLDERS) segments.push(FOLDERS);
      // At the end it means all that is inside, and not the folder itself.
      if (index === parts.length - 1) segments.push(ANYTHING);
      continue;
    }
    const glob = parseGlob(part);
    if (glob === undefined) return undefined;
    segments.push(glob);
  }
  return segments;
}

const ANYTHING: Segment = parseGlob('*') ?? FOLDERS;

/** A backslash keeps the space behind it. */
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === ' ' && !isEscaped(text, end - 1)) end -= 1;
  return text.slice(0, end);
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

/** @param path keys of the names from the folder of the rules down to the item */
export function matchesPattern({ foldersOnly, anchored, segments }: Pattern, path: readonly string[], isFolder: boolean): boolean {
  if (foldersOnly && !isFolder) return false;
  if (!anchored) {
    const [glob] = segments;
    return glob !== undefined && glob !== FOLDERS && matchesGlob(glob, path.at(-1) ?? '');
  }
  let segment = 0;
  let at = 0;
  let folders = -1;
  let reach = 0;
  while (at < path.length) {
    const wanted = segments[segment];
    if (wanted === FOLDERS) {
      folders = segment;
      reach = at;
      segment += 1;
    } else if (wanted !== undefined && matchesGlob(wanted, path[at] ?? '')) {
      segment += 1;
      at += 1;
    } else if (folders >= 0) {
      reach += 1;
      at = reach;
      segment = folders + 1;
    } else return false;
  }
  while (segments[segment] === FOLDERS) segment += 1;
  return segment === segments.length;
}
