import {
  type EngineApi, type ErrorData, type EventBody, type EventName, type MethodName, type ParamsIn, type ResultOf, TidemarkError,
} from '../../src/contract/index.ts';
import type { Desktop, LinkState, Transport } from './transport.ts';

type Envelope = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorData };

/** What the preload script puts into the window of the desktop app. */
export interface TidemarkBridge extends Desktop {
  call(method: string, params: unknown): Promise<Envelope>;
  on(event: string, listener: (body: unknown) => void): () => void;
  /** State of the engine's process: at once and after every change. */
  onEngine(listener: (state: 'starting' | 'running' | 'restarting' | 'failed') => void): () => void;
  restartEngine(): void;
}

declare global {
  interface Window {
    readonly tidemark?: TidemarkBridge;
  }
}

/** The engine behind the preload bridge, as an EngineApi. Bodies are checked on the other side. */
function bridgeApi(bridge: TidemarkBridge): EngineApi {
  return {
    async call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<ResultOf<M>> {
      const envelope = await bridge.call(method, params);
      if (!envelope.ok) throw new TidemarkError(envelope.error.code, envelope.error.params);
      return envelope.value as ResultOf<M>;
    },
    on: <E extends EventName>(event: E, listener: (body: EventBody<E>) => void) => bridge.on(event, (body) => listener(body as EventBody<E>)),
  };
}

/** Main restarts the engine by itself; this only tells how it stands. */
export function preloadTransport(bridge: TidemarkBridge): Transport {
  return {
    start: (listener) =>
      bridge.onEngine((state) => {
        const states: Record<typeof state, () => LinkState> = {
          starting: () => ({ kind: 'connecting' }),
          running: () => ({ kind: 'connected', api: bridgeApi(bridge) }),
          restarting: () => ({ kind: 'lost', nextTryAt: null }),
          failed: () => ({ kind: 'failed' }),
        };
        listener(states[state]());
      }),
    retry: () => bridge.restartEngine(),
  };
}
