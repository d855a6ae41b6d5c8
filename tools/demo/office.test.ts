import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../lib/run.ts';
import { presentation, wordDocument, workbook } from './office.ts';

const reader = `
import sys, zipfile
from xml.dom import minidom
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
for name in archive.namelist():
    minidom.parseString(archive.read(name))
print(" ".join(sorted(archive.namelist())))
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-office-'));
});
afterAll(() => rm(folder, { recursive: true }));

const python = (await run('python3', ['--version'])).code === 0;

it.runIf(python).each([
  ['docx', wordDocument(['Hello', '<你好> & goodbye']), 'word/document.xml'],
  [
    'xlsx',
    workbook([
      ['Month', 'Sum'],
      ['一月', 12],
    ]),
    'xl/worksheets/sheet1.xml',
  ],
  ['pptx', presentation(['One', '二']), 'ppt/slides/slide2.xml'],
])('a %s is a sound archive of sound XML for a reader that is not ours', async (extension, bytes, member) => {
  const path = join(folder, `file.${extension}`);
  await writeFile(path, bytes);
  const outcome = await run('python3', ['-c', reader, path]);
  expect(outcome.stderr).toBe('');
  expect(outcome.stdout.trim().split(' ')).toEqual(expect.arrayContaining(['[Content_Types].xml', '_rels/.rels', member]));
});
