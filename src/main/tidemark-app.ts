import { join } from 'node:path';
import { type BrowserWindow, Menu, app, dialog, powerMonitor, shell } from 'electron';
import {
  type Activity,
  type EventBody,
  type EventName,
  type Locale,
  type Status,
  TidemarkError,
  type WindowPlace,
  events,
  matchLocale,
} from '../contract/index.ts';
import { dayMs } from '../base/index.ts';
import { type EngineConnection, followStatus } from '../rpc/index.ts';
import { appMenu } from './app-menu.ts';
import { checkCall } from './bridge-calls.ts';
import { chooseRuntime } from './engine-runtime.ts';
import { startEngineProcess } from './engine-process.ts';
import { EngineSupervisor } from './engine-supervisor.ts';
import { PickedFolders, itemInside } from './folder-access.ts';
import { serveBridge, tell } from './ipc.ts';
import { openWindow } from './main-window.ts';
import { hasTrayHost } from './tray-host.ts';
import { type TrayAction, type TrayInput, trayView } from './tray-view.ts';
import { TrayIcon } from './tray.ts';
import { words } from './words/index.ts';

export interface AppPlaces {
  /** The folder of package.json, which holds `out` and `resources`. */
  readonly root: string;
  readonly profile: string | undefined;
}

const RECENT = 5;

/** The app: one window, one tray icon, one engine. Holds what is known and hands it on. */
export class TidemarkApp {
  readonly #places: AppPlaces;
  readonly #picked = new PickedFolders();
  readonly #engine: EngineSupervisor;
  #window: BrowserWindow | undefined;
  #tray: TrayIcon | undefined;
  #status: Status | null = null;
  #recent: readonly Activity[] = [];
  #language: Locale | 'system' = 'system';
  #place: WindowPlace | undefined;
  #quitting = false;

  constructor(places: AppPlaces) {
    this.#places = places;
    this.#engine = new EngineSupervisor({
      start: () => this.#startProcess(),
      onState: (state) => {
        if (state.kind !== 'running') this.#status = null;
        this.#toWindow((contents) => tell.engine(contents, state));
        this.#draw();
      },
      onEngine: (engine) => this.#follow(engine),
    });
  }

  async begin(): Promise<void> {
    serveBridge({
      call: (method, params) => this.#call(method, params),
      engineState: () => this.#engine.state,
      restartEngine: () => this.#engine.start(),
      pickFolder: () => this.#pickFolder(),
      openFolder: () => this.#openFolder(),
      showItem: (path) => this.#showItem(path),
    });
    this.#setMenu();
    powerMonitor.on('resume', () => void this.#engine.engine?.call('engine.resumed', {}).catch(() => undefined));
    this.#engine.start();
    this.showWindow();
    if (await hasTrayHost(process.platform)) {
      this.#tray = new TrayIcon(join(this.#places.root, 'resources', 'tray'), trayView(this.#trayInput()), (action) => this.#act(action));
    }
  }

  /** True when closing the window leaves the app in the tray. */
  get staysInTray(): boolean {
    return this.#tray !== undefined || process.platform === 'darwin';
  }

  showWindow(place?: WindowPlace): void {
    this.#place = place;
    const window = this.#window;
    if (window === undefined || window.isDestroyed()) {
      const { root } = this.#places;
      this.#window = openWindow({
        preload: join(root, 'out', 'preload', 'index.cjs'),
        icon: join(root, 'resources', 'icons', 'icon-256.png'),
        devTools: !app.isPackaged,
      });
      this.#window.webContents.on('did-finish-load', () => this.#goThere());
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    this.#goThere();
  }

  /** Ends the engine, then lets the app quit. */
  async end(): Promise<void> {
    if (this.#quitting) return;
    this.#quitting = true;
    await this.#engine.stop();
    this.#tray?.remove();
  }

  #startProcess(): ReturnType<typeof startEngineProcess> {
    const { root, profile } = this.#places;
    const runtime = chooseRuntime({
      electronNode: process.versions.node,
      env: process.env,
      root,
      resources: process.resourcesPath,
      platform: process.platform,
    });
    if (runtime === undefined) throw new TidemarkError('node_too_old', { version: process.versions.node });
    const args = ['--embedded-cloud', ...(profile === undefined ? [] : ['--profile', profile])];
    return startEngineProcess({ runtime, entry: join(root, 'out', 'host', 'engine-process.js'), args });
  }

  #follow(engine: EngineConnection): void {
    followStatus(engine, (status) => {
      this.#status = status;
      this.#draw();
    });
    for (const name of Object.keys(events) as EventName[]) {
      engine.on(name, (body: EventBody<typeof name>) => this.#toWindow((contents) => tell.event(contents, name, body)));
    }
    engine.on('activity.added', (row) => {
      this.#recent = [row, ...this.#recent].slice(0, RECENT);
      this.#draw();
    });
    engine.on('lists.changed', ({ lists }) => {
      if (lists.includes('settings')) this.#readLanguage(engine);
    });
    this.#readLanguage(engine);
    engine.call('activity.list', { limit: RECENT }).then(
      ({ rows }) => {
        this.#recent = rows;
        this.#draw();
      },
      () => undefined,
    );
  }

  #readLanguage(engine: EngineConnection): void {
    engine.call('settings.list', {}).then(
      ({ settings }) => {
        const value = settings.find(({ key }) => key === 'language')?.value;
        this.#language = value === 'en' || value === 'zh-Hans' || value === 'zh-Hant' ? value : 'system';
        this.#setMenu();
        this.#draw();
      },
      () => undefined,
    );
  }

  get #locale(): Locale {
    return this.#language === 'system' ? matchLocale(app.getPreferredSystemLanguages()) : this.#language;
  }

  async #call(method: unknown, params: unknown): Promise<unknown> {
    const call = checkCall(method, params);
    if (call.method === 'folder.add') {
      const { path } = call.params as { readonly path: string };
      // A page never names a folder by itself: only one that a person picked in the system's own dialog.
      if (!this.#picked.has(path)) throw new TidemarkError('invalid_request', { field: 'path', problem: 'was not picked in the dialog' });
    }
    const engine = this.#engine.engine;
    if (engine === undefined) throw new TidemarkError('engine_stopped');
    return engine.call(call.method, call.params);
  }

  async #pickFolder(): Promise<string | null> {
    const options: Electron.OpenDialogOptions = { title: words[this.#locale].pickFolder, properties: ['openDirectory', 'createDirectory'] };
    const window = this.#window;
    const { canceled, filePaths } = await (window === undefined ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options));
    const [path] = filePaths;
    if (canceled || path === undefined) return null;
    this.#picked.add(path);
    return path;
  }

  async #openFolder(): Promise<boolean> {
    const folder = this.#status?.folder?.path;
    return folder !== undefined && (await shell.openPath(folder)) === '';
  }

  async #showItem(path: unknown): Promise<boolean> {
    const folder = this.#status?.folder?.path;
    const item = folder === undefined ? null : await itemInside(folder, path);
    if (item === null) return false;
    shell.showItemInFolder(item);
    return true;
  }

  #act(action: TrayAction): void {
    const engine = this.#engine.engine;
    const ignore = (): undefined => undefined;
    switch (action.type) {
      case 'open':
        return this.showWindow(action.place);
      case 'open_folder':
        return void this.#openFolder();
      case 'show':
        return void this.#showItem(action.path);
      case 'pause':
        return void engine?.call('sync.pause', { until: pauseEnd(action.forMs, Date.now()) }).catch(ignore);
      case 'resume':
        return void engine?.call('sync.resume', {}).catch(ignore);
      case 'sync_now':
        return void engine?.call('sync.now', {}).catch(ignore);
      case 'restart_engine':
        return this.#engine.start();
      case 'quit':
        return app.quit();
    }
  }

  #trayInput(): TrayInput {
    return { process: this.#engine.state, status: this.#status, recent: this.#recent, locale: this.#locale };
  }

  #draw(): void {
    this.#tray?.show(trayView(this.#trayInput()));
  }

  #setMenu(): void {
    const open = { folder: () => void this.#openFolder(), settings: () => this.showWindow('settings') };
    Menu.setApplicationMenu(appMenu(words[this.#locale], process.platform, open));
  }

  #goThere(): void {
    const place = this.#place;
    this.#place = undefined;
    if (place !== undefined) this.#toWindow((contents) => tell.go(contents, place));
  }

  #toWindow(say: (contents: Electron.WebContents) => void): void {
    if (this.#window !== undefined && !this.#window.isDestroyed()) say(this.#window.webContents);
  }
}

function pauseEnd(forMs: number | 'tomorrow' | null, now: number): number | null {
  if (forMs === null) return null;
  return forMs === 'tomorrow' ? new Date(now + dayMs).setHours(0, 0, 0, 0) : now + forMs;
}
