import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { devicesOfOneCloud } from './testing/devices.ts';

const device = devicesOfOneCloud('folder');

it('says what comes next: the question of a merge, what was private and is sent from now on, folders without versions', async () => {
  const one = await device('one', 'sign-up');
  const secret = join(one.files, 'private');
  await mkdir(secret);
  await writeFile(join(secret, 'diary.txt'), 'mine');
  const added = await one.run('folder', 'add', one.files);
  expect([added.exit, added.out]).toEqual([0, expect.stringContaining('tidemark questions list')]);
  expect((await one.run('folder', 'add', secret, '--local-only')).out.trim()).toBe(`${secret} is now kept on this machine only.`);
  expect((await one.run('sync', '--wait')).exit).toBe(0);

  const removed = await one.run('folder', 'remove', secret);
  const sent = `It is in ${one.files}, which is kept in sync: from now on its files go to the cloud and to the other devices.`;
  expect(removed.out.trim()).toBe(`${secret} is no longer kept on this machine only. ${sent}`);
  expect((await one.run('sync', '--wait')).exit).toBe(0);

  const versions = await one.run('versions', secret);
  expect([versions.exit, versions.err]).toEqual([2, expect.stringContaining('is a folder, and only files have versions')]);
  const lock = await one.run('explain', join(one.files, '~$letter.docx'));
  expect(lock.out).toContain('never syncs: it is a lock, a temporary file');
}, 60_000);
