import { readFile } from 'node:fs/promises';
import { must, run } from '../lib/run.ts';

/** What the tests need of Debian: a browser, a screen, a key ring, the libraries of Electron, a font with Chinese. */
const packages = [
  // script(1), a terminal for tests.
  'bsdutils',
  'chromium',
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'fonts-noto-cjk',
  'gnome-keyring',
  'dbus',
  'libsecret-1-0',
  'util-linux',
  'procps',
] as const;

/**
 * Makes sure that they are there: installs the missing ones as root on Debian; anywhere else says what to run.
 * Returns null when all is there, else what the person has to do.
 */
export async function ensureSystemPackages(): Promise<string | null> {
  if (!(await isDebian())) {
    return `The tests need these programs and libraries (Debian's names): ${packages.join(' ')}. Only Debian is set up automatically.`;
  }
  const missing = await missingPackages();
  if (missing.length === 0) return null;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0) {
    return `System packages are missing. Install them and start again:\n  sudo apt-get update && sudo apt-get ${install.join(' ')}`;
  }
  console.log(`Installing with apt-get: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await must('apt-get', ['update', '-qq'], { env, timeoutMs: 300_000 });
  await must('apt-get', [...install, '-qq', '-o', 'Dpkg::Use-Pty=0'], { env, timeoutMs: 900_000 });
  const still = await missingPackages();
  return still.length === 0 ? null : `apt-get did not install: ${still.join(' ')}`;
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*debian/m.test(release);
}

async function missingPackages(): Promise<readonly string[]> {
  const query = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages]);
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}
