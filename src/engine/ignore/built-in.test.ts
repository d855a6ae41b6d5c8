import { describe, expect, it } from 'vitest';
import { isBuiltInIgnored, isPathBuiltInIgnored, lockNames } from './index.ts';

describe('names that never sync', () => {
  it.each([
    '~$report.docx',
    '~WRL0001.tmp',
    '~wrd0003.doc',
    '.~lock.sheet.ods#',
    '.DS_Store',
    'Thumbs.db',
    'THUMBS.DB',
    '.tidemark',
    'ppt4F2A.tmp',
    '1A2B3C4D.tmp',
    'mso9f.tmp',
    '~DF12.tmp',
  ])('ignores %s', (name) => expect(isBuiltInIgnored(name)).toBe(true));

  it.each([
    'report.docx',
    'notes.tmp',
    'my backup.tmp',
    '~notes',
    'lock.sheet.ods#',
    '.~lock.sheet',
    'DS_Store',
    'thumbs.db.txt',
    '.hidden',
    'tidemark',
    'deadbeef',
    '1A2B3C4D5.tmp',
  ])('syncs %s', (name) => expect(isBuiltInIgnored(name)).toBe(false));

  it('ignores what lies below such a folder', () => {
    expect(isPathBuiltInIgnored('.tidemark/tmp/x')).toBe(true);
    expect(isPathBuiltInIgnored('a/~$b.docx')).toBe(true);
    expect(isPathBuiltInIgnored('a/b')).toBe(false);
  });

  it('knows the lock files of one document', () => {
    expect(lockNames('a.odt')).toContain('.~lock.a.odt#');
    expect(lockNames('a.xlsx')).toContain('~$a.xlsx');
    expect(lockNames('document.docx')).toContain('~$cument.docx');
    expect(lockNames('letters.doc')).toContain('~$tters.doc');
  });
});
