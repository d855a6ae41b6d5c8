/** One line that must be shown by a test. */
export interface Phrase {
  /** The heading that it stands under. */
  readonly paragraph: string;
  readonly text: string;
}

/** The phrases of docs/sync-scenarios.md: every bullet, under the heading that it stands under. */
export function phrasesIn(document: string): readonly Phrase[] {
  const phrases: Phrase[] = [];
  let paragraph = '';
  for (const line of document.split('\n')) {
    const heading = /^## (.+)$/.exec(line)?.[1];
    if (heading !== undefined) paragraph = heading;
    const text = /^\s*- (.+)$/.exec(line)?.[1];
    if (text !== undefined) phrases.push({ paragraph, text });
  }
  return phrases;
}

/** Test files beside the code that the document names: there, a phrase may be shown too. */
export const filesNamedIn = (document: string): readonly string[] => [
  ...new Set(document.match(/(?:src|bench)\/[\w/.-]+\.test\.ts/gu) ?? []),
];
