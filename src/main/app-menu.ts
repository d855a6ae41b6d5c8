import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Words } from './words/index.ts';

/** The menu bar: what every program has. Zoom is here because text of 200 % is a promise. */
export function appMenu(
  words: Words,
  platform: NodeJS.Platform,
  open: { readonly folder: () => void; readonly settings: () => void },
): ReturnType<typeof Menu.buildFromTemplate> {
  const mac = platform === 'darwin';
  const ownMenu: MenuItemConstructorOptions[] = mac
    ? [
        {
          role: 'appMenu',
          submenu: [
            { role: 'about' },
            { type: 'separator' },
            { label: words.settings, accelerator: 'Cmd+,', click: open.settings },
            { type: 'separator' },
            { role: 'services' },
            { type: 'separator' },
            { role: 'hide' },
            { role: 'hideOthers' },
            { role: 'unhide' },
            { type: 'separator' },
            { role: 'quit' },
          ],
        },
      ]
    : [];
  return Menu.buildFromTemplate([
    ...ownMenu,
    {
      label: words.menuFile,
      submenu: [
        { label: words.openFolder, accelerator: 'CmdOrCtrl+O', click: open.folder },
        ...(mac ? [] : [{ label: words.settings, accelerator: 'Ctrl+,', click: open.settings }]),
        { type: 'separator' },
        { role: 'close' },
        ...(mac ? [] : [{ role: 'quit', label: words.quit } satisfies MenuItemConstructorOptions]),
      ],
    },
    { role: 'editMenu', label: words.menuEdit },
    {
      label: words.menuView,
      submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }],
    },
    ...(mac ? [{ role: 'windowMenu' } satisfies MenuItemConstructorOptions] : []),
  ]);
}
