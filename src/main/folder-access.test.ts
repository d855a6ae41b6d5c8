import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { itemInside } from './folder-access.ts';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'tm-inside-')));
  folder = join(base, 'Documents');
  await mkdir(join(folder, '合同'), { recursive: true });
  await mkdir(join(base, 'Documents-private'));
  await writeFile(join(folder, '合同', 'a.docx'), 'a');
  await writeFile(join(base, 'secret'), 's');
  await writeFile(join(base, 'Documents-private', 'b'), 'b');
  await symlink(join(base, 'secret'), join(folder, 'link'));
  await symlink(base, join(folder, 'up'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('an item that a window asks to show', () => {
  it('is found by its path inside the folder', async () => {
    expect(await itemInside(folder, '合同/a.docx')).toBe(join(folder, '合同', 'a.docx'));
  });

  it('is found through a link to the folder itself', async () => {
    await symlink(folder, join(base, 'alias'));
    expect(await itemInside(join(base, 'alias'), '合同/a.docx')).toBe(join(folder, '合同', 'a.docx'));
  });

  it.each([
    '../secret',
    '../Documents-private/b',
    'link',
    'up/secret',
    '合同/../../secret',
    '',
    '.',
    'missing',
    'a\0b',
    7,
    null,
    { path: 'a' },
  ])('is nothing outside of it, nor the folder, nor what is not there: %j', async (path) => {
    expect(await itemInside(folder, path)).toBeNull();
  });
});
