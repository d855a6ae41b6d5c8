import type { Phrase } from './document.ts';

/** A test by the titles that lead to it, the outermost first. */
export type TitlePath = readonly string[];

/**
 * Phrases that no test shows. A test shows a phrase when its name begins with it, from any of its titles on.
 */
export function phraseFaults(phrases: readonly Phrase[], tests: readonly TitlePath[]): readonly string[] {
  const names = tests.flatMap(namesOf);
  const isShown = (text: string): boolean => names.some((name) => beginsWith(name, plain(text)));
  return phrases.filter(({ text }) => !isShown(text)).map(({ paragraph, text }) => `${paragraph}: no test shows "${text}"`);
}

const TURNED_OFF = /\b(?:it|test|describe)(?:\.\w+)*\.(skip|todo|only|fails|skipIf|runIf)\b(?:\(([^)]*)\))?|\bcontext\.skip\b/gu;

/**
 * Conditions that may turn a test off: for root, which `npm test` is not; and where the kernel gives a user no disk of its
 * own, since the same faults are then injected.
 */
const ALLOWED: readonly string[] = ['skipIf(asRoot)', 'runIf(noOwnDisk === null)'];

/** Ways in which a source turns tests off, but for the conditions that are allowed. */
export function turnedOff(source: string): readonly string[] {
  return [...source.matchAll(TURNED_OFF)].filter(([, how, when]) => !ALLOWED.includes(`${how}(${when})`)).map(([text]) => text);
}

function namesOf(titles: TitlePath): readonly string[] {
  return titles.flatMap((_, from) => {
    const name = titles.slice(from).join(' ');
    // `Transfers: resume` stands for `resume` in the paragraph of transfers.
    const inParagraph = /^[\w ,]+: (.+)$/u.exec(name)?.[1];
    return inParagraph === undefined || from === titles.length - 1 ? [plain(name)] : [plain(name), plain(inParagraph)];
  });
}

const beginsWith = (name: string, start: string): boolean => name === start || name.startsWith(`${start} `);

/** Without punctuation, articles and case, which make a line readable and say nothing. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[:;,()`]/gu, ' ')
    .replace(/\b(?:a|an|the) /gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}
