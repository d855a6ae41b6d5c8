import { type IpcMainEvent, type IpcMainInvokeEvent, type WebContents, ipcMain } from 'electron';
import {
  type EngineProcessState,
  type Envelope,
  type EventBody,
  type EventName,
  type WindowPlace,
  desktopChannels,
} from '../contract/index.ts';
import { inEnvelope, isTrusted } from './bridge-calls.ts';

/** What a window may ask of the app. Bodies arrive unchecked; each function checks its own. */
export interface BridgeHandlers {
  call(method: unknown, params: unknown): Promise<unknown>;
  engineState(): EngineProcessState;
  restartEngine(): void;
  pickFolder(from: WebContents): Promise<string | null>;
  openFolder(): Promise<boolean>;
  showItem(path: unknown): Promise<boolean>;
}

/** The only place that touches `ipcMain`: whoever is not our own page is not answered. */
export function serveBridge(handlers: BridgeHandlers): void {
  const trusted = (event: IpcMainInvokeEvent | IpcMainEvent): boolean => {
    const frame = event.senderFrame;
    return isTrusted(frame === null ? null : { url: frame.url, isMainFrame: frame === event.sender.mainFrame });
  };
  const handle = (channel: string, act: (event: IpcMainInvokeEvent, args: readonly unknown[]) => unknown): void => {
    ipcMain.handle(channel, (event, ...args: readonly unknown[]): Promise<Envelope> => {
      if (!trusted(event)) return Promise.resolve({ ok: false, error: { code: 'origin_refused', params: {} } });
      return inEnvelope(() => act(event, args));
    });
  };
  handle(desktopChannels.call, (_, [method, params]) => handlers.call(method, params));
  handle(desktopChannels.hello, () => handlers.engineState());
  handle(desktopChannels.pickFolder, (event) => handlers.pickFolder(event.sender));
  handle(desktopChannels.openFolder, () => handlers.openFolder());
  handle(desktopChannels.showItem, (_, [path]) => handlers.showItem(path));
  ipcMain.on(desktopChannels.restartEngine, (event) => {
    if (trusted(event)) handlers.restartEngine();
  });
}

/** Says something to a window. */
export const tell = {
  event<E extends EventName>(to: WebContents, event: E, body: EventBody<E>): void {
    if (!to.isDestroyed()) to.send(desktopChannels.event, event, body);
  },
  engine(to: WebContents, state: EngineProcessState): void {
    if (!to.isDestroyed()) to.send(desktopChannels.engine, state);
  },
  go(to: WebContents, place: WindowPlace): void {
    if (!to.isDestroyed()) to.send(desktopChannels.go, place);
  },
};
