import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Set by `npm test` alone; a single test run by hand may well run as root. */
const wholeRun = process.env['TIDEMARK_TEST_OUTPUT'] !== undefined;

it.runIf(wholeRun)('runs the tests as a user from whom a file can be closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-tester-'));
  try {
    const path = join(folder, 'closed');
    await writeFile(path, 'x');
    await chmod(path, 0o000);
    await expect(readFile(path)).rejects.toThrow('EACCES');
  } finally {
    await rm(folder, { recursive: true });
  }
});
