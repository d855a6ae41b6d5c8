import { join } from 'node:path';
import { app } from 'electron';
import { ensureWithResolvers } from '../base/index.ts';
import { givenProfile, windowData } from './launch-options.ts';
import { lockContents, lockDown, registerPages } from './lock-down.ts';
import { TidemarkApp } from './tidemark-app.ts';

ensureWithResolvers();

// Bundled to out/main/index.cjs: the folder of package.json is two above.
const root = join(__dirname, '..', '..');
const profile = givenProfile(process.argv, process.env);

app.setPath('userData', windowData(profile, app.getPath('appData')));
app.enableSandbox();
registerPages();
lockContents();

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  const tidemark = new TidemarkApp({ root, profile });
  let ended = false;

  app.on('second-instance', () => tidemark.showWindow());
  app.on('activate', () => tidemark.showWindow());
  app.on('window-all-closed', () => {
    if (!tidemark.staysInTray) app.quit();
  });
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    void tidemark.end().finally(() => {
      ended = true;
      app.quit();
    });
  });
  void app.whenReady().then(() => {
    lockDown(join(root, 'out', 'renderer'));
    return tidemark.begin();
  });
}
