import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ElectronPlace, chooseElectron } from './electron-choice.ts';

let root: string;
const place = (more: Partial<ElectronPlace> = {}): ElectronPlace => ({
  root,
  env: { DISPLAY: ':1' },
  platform: 'linux',
  uid: 1000,
  ...more,
});
const inPackage = (...parts: string[]): string => join(root, 'node_modules', 'electron', ...parts);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tm-electron-'));
  await mkdir(inPackage('dist'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('is the binary of the package, or the one that the variable names', async () => {
  await writeFile(inPackage('path.txt'), 'electron');
  await writeFile(inPackage('dist', 'electron'), '');
  expect(await chooseElectron(place())).toEqual({ executable: inPackage('dist', 'electron') });
  await mkdir(join(root, 'else'));
  await writeFile(join(root, 'else', 'electron'), '');
  const env = { WAYLAND_DISPLAY: 'w', ELECTRON_OVERRIDE_DIST_PATH: join(root, 'else') };
  expect(await chooseElectron(place({ env }))).toEqual({ executable: join(root, 'else', 'electron') });
});

it('is none without a display, and none for root', async () => {
  await writeFile(inPackage('path.txt'), 'electron');
  await writeFile(inPackage('dist', 'electron'), '');
  expect(await chooseElectron(place({ env: {} }))).toEqual({ why: 'there is no display' });
  expect(await chooseElectron(place({ uid: 0 }))).toEqual({ why: 'Electron does not run as root' });
});

it('is fetched on first use', async () => {
  const script = `const { writeFileSync } = require('node:fs');
    writeFileSync(__dirname + '/dist/electron', ''); writeFileSync(__dirname + '/path.txt', 'electron');`;
  await writeFile(inPackage('install.js'), script);
  expect(await chooseElectron(place())).toEqual({ executable: inPackage('dist', 'electron') });
});

it('says why it cannot be fetched, also when nothing answers', async () => {
  expect(await chooseElectron(place())).toEqual({ why: 'Electron is not installed' });
  await writeFile(inPackage('install.js'), "console.error('Error: getaddrinfo ENOTFOUND github.com'); process.exitCode = 1;");
  expect(await chooseElectron(place())).toEqual({ why: 'Electron cannot be downloaded (ENOTFOUND)' });
  await writeFile(inPackage('install.js'), 'setInterval(() => undefined, 1000);');
  expect(await chooseElectron(place({ downloadMs: 300 }))).toEqual({ why: 'Electron cannot be downloaded (not within 0.3 s)' });
});
