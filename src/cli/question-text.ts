import { type Question } from '../contract/index.ts';
import { errorText } from './language.ts';
import { count, plain, size } from './text.ts';

/** A question and the commands that answer it. */
export function questionText(question: Question): string {
  return (question.kind === 'mass_delete' ? massDelete(question) : firstMerge(question)).join('\n');
}

function massDelete({ id, items, side, goneBefore, examples }: Extract<Question, { kind: 'mass_delete' }>): readonly string[] {
  return [
    `${id}: ${count(items, 'item is', 'items are')} gone ${side === 'here' ? 'on this device' : 'in the cloud'}, e.g. ${examples.slice(0, 3).map(plain).join(', ')}`,
    ...(goneBefore > 0
      ? [`  ${count(goneBefore, 'more item was', 'more items were')} deleted just before that; see tidemark activity`]
      : []),
    `  bring them back:          tidemark questions answer ${id} keep`,
    `  delete them ${side === 'here' ? 'in the cloud' : 'here'} too:  tidemark questions answer ${id} delete`,
  ];
}

function firstMerge(question: Extract<Question, { kind: 'first_merge' }>): readonly string[] {
  const { id, same, onlyHere, onlyThere, different, examples } = question;
  const amount = ({ files, folders, bytes }: typeof same): string =>
    `${count(files, 'file')} (${size(bytes)}), ${count(folders, 'folder')}`;
  return [
    `${id}: ${errorText({ code: 'first_merge', params: {} }).problem}`,
    `  the same on both sides:   ${amount(same)}`,
    `  only here, to upload:     ${amount(onlyHere)}`,
    `  only there, to download:  ${amount(onlyThere)}`,
    `  different, both kept:     ${count(different, 'item')}${examples.length === 0 ? '' : `, e.g. ${examples.slice(0, 3).map(plain).join(', ')}`}`,
    `  see all of it:            tidemark sync --dry-run`,
    `  merge both:               tidemark questions answer ${id} merge`,
    `  leave both as they are:   tidemark questions answer ${id} cancel`,
  ];
}
