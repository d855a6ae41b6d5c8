import {
  type DesktopBridge,
  type EngineApi,
  type EngineProcessState,
  type EventBody,
  type EventName,
  type MethodName,
  type ParamsIn,
  type ResultOf,
  TidemarkError,
} from '../../src/contract/index.ts';
import { assertNever } from '../../src/base/index.ts';
import type { LinkState, Transport } from './transport.ts';

declare global {
  interface Window {
    readonly tidemark?: DesktopBridge;
  }
}

/** The engine behind the preload bridge, as an EngineApi. Bodies are checked on the other side. */
function bridgeApi(bridge: DesktopBridge): EngineApi {
  return {
    async call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<ResultOf<M>> {
      const envelope = await bridge.call(method, params);
      if (!envelope.ok) throw new TidemarkError(envelope.error.code, envelope.error.params);
      return envelope.value as ResultOf<M>;
    },
    on: <E extends EventName>(event: E, listener: (body: EventBody<E>) => void) =>
      bridge.on(event, (body) => listener(body as EventBody<E>)),
  };
}

function linkOf(bridge: DesktopBridge, { kind, error }: EngineProcessState): LinkState {
  switch (kind) {
    case 'starting':
      return { kind: 'connecting' };
    case 'running':
      return { kind: 'connected', api: bridgeApi(bridge) };
    case 'restarting':
      return { kind: 'lost', nextTryAt: null };
    case 'failed':
      return { kind: 'failed', error };
    default:
      return assertNever(kind, 'state of the engine');
  }
}

/** Main restarts the engine by itself; this only tells how it stands. */
export function preloadTransport(bridge: DesktopBridge): Transport {
  return {
    start: (listener) => bridge.onEngine((state) => listener(linkOf(bridge, state))),
    retry: () => bridge.restartEngine(),
  };
}
