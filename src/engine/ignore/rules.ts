import { matchesPattern, parseLine, type Pattern } from './pattern.ts';

/** In any folder of the synced one; an ordinary file, so that rules are the same on every device. */
export const RULES_FILE = '.tidemarkignore';

/** A larger one is a mistake, and every name would be held against all of it. */
export const MAX_RULES_BYTES = 1024 * 1024;

export interface Rules {
  readonly patterns: readonly Pattern[];
  /** Lines that can never match; the others apply. */
  readonly bad: readonly { readonly line: number; readonly text: string }[];
}

const EMPTY: Rules = { patterns: [], bad: [] };

/** Reads gitignore syntax. CRLF and a byte order mark are taken for what they are. */
export function parseRules(text: string): Rules {
  if (text === '') return EMPTY;
  const patterns: Pattern[] = [];
  const bad: { line: number; text: string }[] = [];
  const lines = (text.startsWith('\uFEFF') ? text.slice(1) : text).split('\n');
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line.endsWith('\r') ? line.slice(0, -1) : line, index + 1);
    if (parsed.kind === 'pattern') patterns.push(parsed.pattern);
    else if (parsed.kind === 'bad') bad.push({ line: index + 1, text: parsed.text });
  }
  return { patterns, bad };
}

/** The pattern that decides: the last one that matches. */
export function decidingPattern({ patterns }: Rules, path: readonly string[], isFolder: boolean): Pattern | undefined {
  return patterns.findLast((pattern) => matchesPattern(pattern, path, isFolder));
}
