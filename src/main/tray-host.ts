import { execFile } from 'node:child_process';

const ASK_MS = 3000;

/**
 * True when something shows tray icons here. Windows and macOS always do. On Linux only where a desktop runs the
 * StatusNotifierWatcher; without it an icon is created and never seen, so a window that closed into it would be lost.
 */
export function hasTrayHost(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true);
  const args = [
    'call',
    '--session',
    '--dest',
    'org.freedesktop.DBus',
    '--object-path',
    '/org/freedesktop/DBus',
    '--method',
    'org.freedesktop.DBus.NameHasOwner',
    'org.kde.StatusNotifierWatcher',
  ];
  return new Promise((resolve) => {
    execFile('gdbus', args, { timeout: ASK_MS }, (error, stdout) => resolve(error === null && stdout.includes('true')));
  });
}
