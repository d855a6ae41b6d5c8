import { type Explanation, explanationWords } from '../contract/index.ts';
import { localeNow } from './language.ts';
import { plain, size, when } from './text.ts';

/** Everything that `tidemark explain` knows of a path, in lines. The sentences are those that the window shows. */
export function explanationText(explained: Explanation, writeTime = when): string {
  const what = (view: NonNullable<Explanation['local']>): string =>
    [
      view.kind,
      ...(view.sizeBytes === null ? [] : [size(view.sizeBytes)]),
      ...(view.modifiedMs === null ? [] : [when(view.modifiedMs)]),
      ...(view.hash === null ? [] : [`content ${view.hash.slice(0, 12)}`]),
      ...(view.revision === null ? [] : [`revision ${view.revision.slice(0, 12)}`]),
    ].join(', ');
  const side = (name: string, view: Explanation['local']): string =>
    `${name.padEnd(10)}${view === null ? 'not there' : `${plain(view.path)} (${what(view)})`}`;
  const words = explanationWords(explained, writeTime, localeNow());
  const { state, local, remote, synced } = explained;
  const known = local !== null || remote !== null || synced !== null;
  const { question } = explained.waiting;
  return [
    `${plain(explained.path) || '.'}${state === null ? '' : `: ${state.replace('_', ' ')}`}`,
    plain(words.subject),
    ...(words.reason === null ? [] : [plain(`${words.reason.problem} ${words.reason.wayOut}`)]),
    ...(known ? [side('here', local), side('cloud', remote), side('agreed', synced)] : []),
    ...(words.rule === null ? [] : [`rule ${String(words.rule.number).padEnd(5)}${plain(words.rule.sentence)} [${explained.rule ?? ''}]`]),
    ...words.next.map((step) => `next      ${plain(step)}`),
    `when      ${plain(words.waiting)}`,
    ...(question === null ? [] : [`question  tidemark questions list`]),
    ...(explained.waiting.kind === 'choice' ? [`versions  tidemark conflicts list`] : []),
  ].join('\n');
}
