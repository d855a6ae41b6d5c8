import { IntlMessageFormat } from 'intl-messageformat';

/** Texts in groups, as the window keeps them. */
export interface MessageTree {
  readonly [key: string]: string | MessageTree;
}

/** `group.key` -> text. */
export function flatten(tree: MessageTree, prefix = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${prefix}${key}`, value] as const] : [...flatten(value, `${prefix}${key}.`)],
    ),
  );
}

/** What is wrong between the language that is written first and another: keys, broken patterns, other arguments. */
export function languageFaults(language: string, first: MessageTree, other: MessageTree): readonly string[] {
  const [wanted, given] = [flatten(first), flatten(other)];
  const missing = [...wanted.keys()].filter((key) => !given.has(key)).map((key) => `${language}: ${key} is missing`);
  const extra = [...given.keys()].filter((key) => !wanted.has(key)).map((key) => `${language}: ${key} is in no other language`);
  const different = [...given].flatMap(([key, text]) => {
    const original = wanted.get(key);
    if (original === undefined) return [];
    const [mine, theirs] = [argumentsOf(text), argumentsOf(original)];
    return mine === theirs ? [] : [`${language}: ${key} takes ${mine}, and the first language ${theirs}`];
  });
  return [...missing, ...extra, ...different];
}

/** Keys that no source text mentions, neither as they are nor as `group.${…}`. */
export function unusedKeys(tree: MessageTree, sources: readonly string[]): readonly string[] {
  const literals = new Set<string>();
  const patterns: RegExp[] = [];
  for (const source of sources) {
    for (const [, text = ''] of source.matchAll(/['"]([\w.-]+)['"]/g)) literals.add(text);
    for (const [, text = ''] of source.matchAll(/`([\w.-]*\.?\$\{[^`]*?\}[\w.-]*)`/g)) patterns.push(patternOf(text));
  }
  return [...flatten(tree).keys()].filter((key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)));
}

/** A template such as `files.${state}`: what is fixed must be there, what is filled in is one part of a key. */
function patternOf(template: string): RegExp {
  const fixed = template.split(/\$\{[^`]*?\}/).map((text) => text.replace(/[.\\-]/g, '\\$&'));
  // A template without any fixed part would match every key and hide all that is unused.
  return fixed.every((text) => text === '') ? /(?!)/ : new RegExp(`^${fixed.join('[^.]+')}$`);
}

/** The arguments of an ICU pattern, sorted, as text; says so when it is none. */
function argumentsOf(pattern: string): string {
  try {
    const found = new Set<string>();
    collect(new IntlMessageFormat(pattern, 'en').getAst(), found);
    return found.size === 0 ? 'no argument' : [...found].sort().join(', ');
  } catch (error) {
    return `a broken pattern (${error instanceof Error ? error.message : 'unknown'})`;
  }
}

type Ast = ReturnType<IntlMessageFormat['getAst']>;

const literal = 0;
const pound = 7;

function collect(ast: Ast, found: Set<string>): void {
  for (const element of ast) {
    const type: number = element.type;
    if (type === literal || type === pound) continue;
    if ('value' in element) found.add(element.value);
    if ('options' in element) for (const option of Object.values(element.options)) collect(option.value, found);
    if ('children' in element) collect(element.children, found);
  }
}
