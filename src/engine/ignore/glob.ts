/**
 * One part of a gitignore pattern, between two slashes. Matched by hand and not by a regular expression: a rules file comes
 * from another device, and a pattern with many stars would keep a backtracking engine busy for hours.
 */
export type Glob = { readonly literal: string } | { readonly tokens: readonly Token[] };

type Token = string | typeof ANY | typeof STAR | CharacterClass;

const ANY = Symbol('any');
const STAR = Symbol('star');

interface CharacterClass {
  readonly negated: boolean;
  readonly has: (char: string) => boolean;
}

/** Names are folded before they are compared, so upper and lower case are one. */
const POSIX: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{L}\p{N}]/u,
  alpha: /\p{L}/u,
  blank: /[ \t]/,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/,
  graph: /[^\s\p{C}]/u,
  lower: /\p{L}/u,
  print: /[^\p{C}]/u,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /\p{L}/u,
  xdigit: /[0-9a-f]/i,
};

/** Undefined when it can never match: a bracket without its end, a backslash with nothing behind it. */
export function parseGlob(text: string): Glob | undefined {
  const chars = Array.from(text);
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    if (char === '\\') {
      at += 1;
      const escaped = chars[at];
      if (escaped === undefined) return undefined;
      tokens.push(escaped);
    } else if (char === '?') tokens.push(ANY);
    else if (char === '*') {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else if (char === '[') {
      const found = parseClass(chars, at + 1);
      if (found === undefined) return undefined;
      tokens.push(found.token);
      at = found.end;
    } else tokens.push(char);
  }
  return tokens.every((token) => typeof token === 'string') ? { literal: tokens.join('') } : { tokens };
}

/** From behind the bracket; `end` is where its closing one is. */
function parseClass(chars: readonly string[], from: number): { readonly token: CharacterClass; readonly end: number } | undefined {
  let at = from;
  const negated = chars[at] === '!' || chars[at] === '^';
  if (negated) at += 1;
  const tests: ((char: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    let char = chars[at];
    if (char === undefined) return undefined;
    if (char === ']' && !first) break;
    if (char === '[' && chars[at + 1] === ':') {
      const close = chars.indexOf(':', at + 2);
      const name = close < 0 || chars[close + 1] !== ']' ? undefined : chars.slice(at + 2, close).join('');
      const posix = name === undefined || !Object.hasOwn(POSIX, name) ? undefined : POSIX[name];
      if (posix === undefined) return undefined;
      tests.push((one) => posix.test(one));
      at = close + 2;
      continue;
    }
    if (char === '\\') {
      at += 1;
      char = chars[at];
      if (char === undefined) return undefined;
    }
    at += 1;
    let last = char;
    if (chars[at] === '-' && chars[at + 1] !== undefined && chars[at + 1] !== ']') {
      at += 1;
      if (chars[at] === '\\') at += 1;
      const end = chars[at];
      if (end === undefined) return undefined;
      last = end;
      at += 1;
    }
    const low = pointOf(char);
    const high = pointOf(last);
    tests.push((one) => pointOf(one) >= low && pointOf(one) <= high);
  }
  return { token: { negated, has: (char) => tests.some((test) => test(char)) }, end: at };
}

const pointOf = (char: string): number => char.codePointAt(0) ?? 0;

/** Whether the whole name matches. Costs at most the product of both lengths. */
export function matchesGlob(glob: Glob, name: string): boolean {
  if ('literal' in glob) return glob.literal === name;
  const { tokens } = glob;
  // Nearly all names differ from a pattern at one of its ends, which costs next to nothing to see.
  const [first] = tokens;
  const last = tokens.at(-1);
  if (typeof first === 'string' && !name.startsWith(first)) return false;
  if (typeof last === 'string' && !name.endsWith(last)) return false;
  const chars = Array.from(name);
  let token = 0;
  let char = 0;
  // Where the last star stands, and how far it reaches so far: an earlier one never has to be tried again.
  let star = -1;
  let reach = 0;
  while (char < chars.length) {
    const wanted = tokens[token];
    if (wanted === STAR) {
      star = token;
      reach = char;
      token += 1;
    } else if (wanted !== undefined && takes(wanted, chars[char] ?? '')) {
      token += 1;
      char += 1;
    } else if (star >= 0) {
      reach += 1;
      char = reach;
      token = star + 1;
    } else return false;
  }
  while (tokens[token] === STAR) token += 1;
  return token === tokens.length;
}

function takes(token: Exclude<Token, typeof STAR>, char: string): boolean {
  if (token === ANY) return true;
  return typeof token === 'string' ? token === char : token.has(char) !== token.negated;
}
