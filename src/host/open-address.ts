import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Profile, writeOwnerFile } from './profile.ts';

/** True when a browser could show itself to whoever runs this. */
export function hasDisplay(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (platform === 'win32' || platform === 'darwin') return env['SSH_CONNECTION'] === undefined;
  return (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, readonly string[]]>>> = {
  darwin: ['open', []],
  win32: ['cmd', ['/c', 'start', '']],
};

/**
 * Opens an address in the person's browser, when there is a display. The address carries a secret and arguments can be
 * read by every user of the machine, so the browser is given an owner-only page that leads there.
 */
export async function openAddress(profile: Profile, url: string): Promise<void> {
  if (!hasDisplay()) return;
  const page = join(profile.dir, 'open.html');
  const target = url.replace(/[&"<>]/g, (char) => `&#${char.charCodeAt(0)};`);
  await writeOwnerFile(
    page,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${target}"><a href="${target}">Tidemark</a>\n`,
  );
  const address = pathToFileURL(page).href;
  const [command, args] = openers[process.platform] ?? ['xdg-open', []];
  const opener = spawn(command, [...args, address], { detached: true, stdio: 'ignore' });
  // No opener is no failure: the address is printed as well.
  opener.on('error', () => undefined);
  opener.unref();
}
