import type { DesktopBridge, EngineApi, ErrorData } from '../../src/contract/index.ts';
import type { Disposer } from '../../src/base/index.ts';

/** What was not accepted: the single-use code of the address, or the session of an earlier page. */
export type RefusedReason = 'code' | 'session';

/** How the window stands to the engine. A new `connected` means a new engine or a new line to it: ask for everything again. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly api: EngineApi }
  | { readonly kind: 'lost'; readonly nextTryAt: number | null }
  /** The engine stopped again and again, or said why it cannot go on; only a person starts it now. */
  | { readonly kind: 'failed'; readonly error: ErrorData | null }
  | { readonly kind: 'refused'; readonly reason: RefusedReason };

/** A way to the engine that mends itself. */
export interface Transport {
  /** Tells the state now and after every change, until disposed. */
  start(listener: (state: LinkState) => void): Disposer;
  /** Tries at once, also after `failed`. */
  retry(): void;
}

/** What only a window of the desktop app can do. */
export type Desktop = Pick<DesktopBridge, 'platform' | 'pickFolder' | 'openFolder' | 'showItem' | 'onGo'>;
