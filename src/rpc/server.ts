import {
  type EngineApi,
  type ErrorData,
  type EventName,
  type MethodName,
  TidemarkError,
  events,
  methods,
  toErrorData,
} from '../contract/index.ts';
import type { Disposer } from '../base/index.ts';
import { type ClientFrame, MAX_MESSAGE_CHARS, PROTOCOL_VERSION, type ServerFrame, clientFrame } from './frames.ts';
import { type Handlers, type MethodTable, issueParams } from './methods.ts';
import type { Port } from './port.ts';

export interface ServeOptions<T extends MethodTable = MethodTable> {
  /** Methods that this door has beside the engine's. */
  readonly extra?: { readonly table: T; readonly handlers: Handlers<T> };
  /** Calls of one client that may be under way; more are refused with `rate_limited`. */
  readonly maxOutstanding?: number;
  /** Told about every answer that is not the caller's fault. */
  readonly onFailure?: (method: string, error: unknown) => void;
}

/** One client being served. */
export interface Served {
  /** Refuses new calls, waits for those under way, then closes. */
  drain(): Promise<void>;
  close(): void;
}

const isMethod = (name: string): name is MethodName => Object.hasOwn(methods, name);
const isEvent = (name: string): name is EventName => Object.hasOwn(events, name);

/** Serves an engine to one client until the port closes. Params are checked here, whatever the client is. */
export function serveEngine<T extends MethodTable>(engine: EngineApi, port: Port, options: ServeOptions<T> = {}): Served {
  const maxOutstanding = options.maxOutstanding ?? 256;
  const subscriptions = new Map<EventName, Disposer>();
  const running = new Set<Promise<void>>();
  const busyIds = new Set<number>();
  let greeted = false;
  let open = true;
  let draining = false;

  const send = (frame: ServerFrame): void => {
    if (open) port.send(frame);
  };
  const refuse = (error: ErrorData): void => {
    send({ t: 'refused', error });
    port.close();
  };

  /** The handler and the checked params; what is wrong is thrown. */
  function prepare(method: string, params: unknown): () => Promise<unknown> {
    const extra = options.extra;
    if (extra !== undefined && Object.hasOwn(extra.table, method)) {
      const handler = extra.handlers[method];
      const checked = extra.table[method]?.params.safeParse(params);
      if (checked?.success === false) throw new TidemarkError('invalid_request', issueParams(checked.error));
      if (handler === undefined || checked === undefined) throw new TidemarkError('internal', { detail: `no handler for ${method}` });
      return () => handler(checked.data as never);
    }
    if (!isMethod(method)) throw new TidemarkError('invalid_request', { field: 'method', problem: `there is no method ${method}` });
    const checked = methods[method].params.safeParse(params);
    if (!checked.success) throw new TidemarkError('invalid_request', issueParams(checked.error));
    return () => engine.call(method, checked.data);
  }

  async function answer(frame: ClientFrame & { t: 'call' }): Promise<void> {
    try {
      if (draining) throw new TidemarkError('engine_stopped', { notStarted: true });
      if (busyIds.size > maxOutstanding) throw new TidemarkError('rate_limited', { retryAfterMs: 1000 });
      const result = await prepare(frame.method, frame.params)();
      if (isTooLong(result)) throw new TidemarkError('internal', { detail: `the answer to ${frame.method} is too long` });
      send({ t: 'result', id: frame.id, result });
    } catch (error) {
      if (!(error instanceof TidemarkError)) options.onFailure?.(frame.method, error);
      send({ t: 'error', id: frame.id, error: toErrorData(error) });
    }
  }

  function receive(frame: ClientFrame): void {
    switch (frame.t) {
      case 'hello':
        greeted = true;
        return send({ t: 'welcome', protocol: PROTOCOL_VERSION });
      case 'call': {
        if (busyIds.has(frame.id)) return refuse({ code: 'invalid_request', params: { field: 'id', problem: 'is in use' } });
        busyIds.add(frame.id);
        const call = answer(frame).finally(() => {
          busyIds.delete(frame.id);
          running.delete(call);
        });
        running.add(call);
        return;
      }
      case 'subscribe': {
        const { event } = frame;
        if (!isEvent(event)) return refuse({ code: 'invalid_request', params: { field: 'event', problem: `there is no event ${event}` } });
        if (!subscriptions.has(event))
          subscriptions.set(
            event,
            engine.on(event, (body) => send({ t: 'event', event, body })),
          );
        return;
      }
      case 'unsubscribe': {
        if (!isEvent(frame.event)) return;
        subscriptions.get(frame.event)?.();
        subscriptions.delete(frame.event);
      }
    }
  }

  port.onMessage((message) => {
    if (!open) return;
    const parsed = clientFrame.safeParse(message);
    if (!parsed.success) return refuse({ code: 'invalid_request', params: issueParams(parsed.error, 'message') });
    const frame = parsed.data;
    if (frame.t !== 'hello' && !greeted)
      return refuse({ code: 'invalid_request', params: { field: 'message', problem: 'must begin with hello' } });
    if (frame.t === 'hello' && frame.protocol !== PROTOCOL_VERSION) {
      return refuse({ code: 'engine_other_version', params: { engine: PROTOCOL_VERSION, client: frame.protocol } });
    }
    receive(frame);
  });
  port.onClose(() => {
    open = false;
    for (const dispose of subscriptions.values()) dispose();
    subscriptions.clear();
  });

  return {
    async drain() {
      draining = true;
      await Promise.all(running);
      // What is still on its way here was not begun, and whoever asked may ask elsewhere.
      refuse({ code: 'engine_stopped', params: { notStarted: true } });
    },
    close: () => port.close(),
  };
}

// Only lists can grow, and a page of them is far below; so the text is made twice only when it is long.
function isTooLong(result: unknown): boolean {
  const rows = typeof result === 'object' && result !== null ? Object.values(result).find((value) => Array.isArray(value)) : undefined;
  if (!Array.isArray(rows) || rows.length < 100) return false;
  return JSON.stringify(result).length > MAX_MESSAGE_CHARS - 1000;
}
