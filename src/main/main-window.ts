import { BrowserWindow, nativeTheme } from 'electron';
import { startPage } from './app-pages.ts';

export interface WindowPlaces {
  readonly preload: string;
  readonly icon: string;
  readonly devTools: boolean;
}

/** The one window: no Node, no access to anything but the bridge. Shown when it has something to show. */
export function openWindow({ preload, icon, devTools }: WindowPlaces): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Tidemark',
    width: 1180,
    height: 780,
    minWidth: 480,
    minHeight: 400,
    show: false,
    icon,
    autoHideMenuBar: true,
    // The paper of the theme, so that nothing flashes before the first picture.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0b181d' : '#f3f7f7',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(startPage);
  return window;
}
