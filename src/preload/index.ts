import { contextBridge, ipcRenderer } from 'electron';
import {
  type DesktopBridge,
  type EngineProcessState,
  type Envelope,
  type EventName,
  type WindowPlace,
  desktopChannels,
} from '../contract/index.ts';

/** The only place that touches `ipcRenderer`. What is exposed here is all that a page can do. */
const invoke = (channel: string, ...args: readonly unknown[]): Promise<Envelope> =>
  ipcRenderer.invoke(channel, ...args) as Promise<Envelope>;

/** The value of an envelope; an error becomes the fallback, where the page can do nothing with it anyway. */
async function valueOr<T>(fallback: T, channel: string, ...args: readonly unknown[]): Promise<T> {
  const envelope = await invoke(channel, ...args);
  return envelope.ok ? (envelope.value as T) : fallback;
}

function listen(channel: string, hear: (...args: never[]) => void): () => void {
  const relay = (_event: unknown, ...args: unknown[]): void => hear(...(args as never[]));
  ipcRenderer.on(channel, relay);
  return () => ipcRenderer.off(channel, relay);
}

const platforms: Partial<Record<NodeJS.Platform, DesktopBridge['platform']>> = { win32: 'windows', darwin: 'macos' };

const bridge: DesktopBridge = {
  platform: platforms[process.platform] ?? 'linux',
  call: (method, params) => invoke(desktopChannels.call, method, params),
  on: (event, listener) =>
    listen(desktopChannels.event, (name: EventName, body: unknown) => {
      if (name === event) listener(body);
    }),
  onEngine(listener) {
    let told = false;
    const stop = listen(desktopChannels.engine, (state: EngineProcessState) => {
      told = true;
      listener(state);
    });
    // A change that is told while this is on its way is newer than the answer.
    void invoke(desktopChannels.hello).then((envelope) => {
      if (!told && envelope.ok) listener(envelope.value as EngineProcessState);
    });
    return stop;
  },
  restartEngine: () => ipcRenderer.send(desktopChannels.restartEngine),
  onGo: (listener) => listen(desktopChannels.go, (place: WindowPlace) => listener(place)),
  pickFolder: () => valueOr<string | null>(null, desktopChannels.pickFolder),
  openFolder: () => valueOr(false, desktopChannels.openFolder),
  showItem: (path) => valueOr(false, desktopChannels.showItem, path),
};

contextBridge.exposeInMainWorld('tidemark', bridge);
