import type { EventName } from './engine/index.ts';
import type { ErrorData } from './errors/index.ts';

/** How the engine's process stands. `failed`: it stopped again and again, or said why it cannot go on; a person starts it now. */
export interface EngineProcessState {
  readonly kind: 'starting' | 'running' | 'restarting' | 'failed';
  /** Why it cannot go on, where it said so. */
  readonly error: ErrorData | null;
}

/** What comes back over the bridge: errors are data, since an exception would lose its code on the way. */
export type Envelope = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorData };

export const windowPlaces = ['overview', 'activity', 'files', 'issues', 'conflicts', 'settings'] as const;
export type WindowPlace = (typeof windowPlaces)[number];

/** What the preload script gives to the window of the desktop app as `window.tidemark`, and all that it gives. */
export interface DesktopBridge {
  readonly platform: 'windows' | 'macos' | 'linux';
  /** Asks the engine. Method and params are checked in the main process. */
  call(method: string, params: unknown): Promise<Envelope>;
  on(event: EventName, listener: (body: unknown) => void): () => void;
  /** At once and after every change. */
  onEngine(listener: (state: EngineProcessState) => void): () => void;
  restartEngine(): void;
  /** The tray or a menu asks for a place of the window. */
  onGo(listener: (place: WindowPlace) => void): () => void;
  /** Absolute path of the folder that the person picked, or null. */
  pickFolder(): Promise<string | null>;
  /** Opens the synced folder in the file manager; false when that is not possible. */
  openFolder(): Promise<boolean>;
  /** Shows an item of the synced folder, by its path inside it; false when it is not there. */
  showItem(path: string): Promise<boolean>;
}

/** Channels between preload and main; nobody else names them. */
export const desktopChannels = {
  call: 'tidemark:call',
  hello: 'tidemark:hello',
  restartEngine: 'tidemark:restart-engine',
  pickFolder: 'tidemark:pick-folder',
  openFolder: 'tidemark:open-folder',
  showItem: 'tidemark:show-item',
  event: 'tidemark:event',
  engine: 'tidemark:engine',
  go: 'tidemark:go',
} as const;
