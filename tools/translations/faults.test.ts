import { describe, expect, it } from 'vitest';
import { languageFaults, unusedKeys } from './faults.ts';

const first = { files: { one: 'One', count: '{count, plural, one {# file of {folder}} other {# files of {folder}}}' } };

describe('a fault between languages', () => {
  it('is none when another language says the same in its own plural forms', () => {
    expect(languageFaults('zh', first, { files: { one: '一', count: '{count, plural, other {{folder} 的 # 个文件}}' } })).toEqual([]);
  });

  it.each([
    ['a missing key', { files: { one: '一' } }, 'files.count is missing'],
    ['a key too many', { files: { ...first.files, two: '二' } }, 'files.two is in no other language'],
    ['another argument', { files: { one: '{name}', count: first.files.count } }, 'files.one takes name'],
    ['a lost argument inside a plural', { files: { one: '一', count: '{count, plural, other {#}}' } }, 'files.count takes count,'],
    ['a broken pattern', { files: { one: '{', count: first.files.count } }, 'files.one takes a broken pattern'],
  ])('is %s', (_what, other, said) => {
    expect(languageFaults('zh', first, other).join('\n')).toContain(said);
  });
});

describe('an unused key', () => {
  const tree = { state: { on: 'On', off: 'Off' }, title: 'Title' };

  it('is found', () => {
    expect(unusedKeys(tree, ["t('state.on')"])).toEqual(['state.off', 'title']);
  });

  it('is not one that a template can make', () => {
    expect(unusedKeys(tree, ["t(`state.${value}`) + t('title')"])).toEqual([]);
  });

  it('does not hide behind a template that fits everything', () => {
    expect(unusedKeys(tree, ['`${anything}`'])).toHaveLength(3);
  });
});
