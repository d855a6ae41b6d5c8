import type { z } from 'zod';
import {
  type EngineApi,
  type ErrorData,
  type EventBody,
  type EventName,
  type Method,
  TidemarkError,
  events,
  methods,
} from '../contract/index.ts';
import type { Disposer } from '../base/index.ts';
import { type ClientFrame, PROTOCOL_VERSION, serverFrame } from './frames.ts';
import { issueParams } from './methods.ts';
import { type Port, later } from './port.ts';

/** An engine at the other end of a port. */
export interface EngineConnection extends EngineApi {
  /** Resolves when the other end has answered; rejects with engine_other_version or engine_stopped. */
  readonly ready: Promise<void>;
  /** Calls a method that the other end has beside the engine's. */
  callExtra<M extends Method>(name: string, method: M, params: z.input<M['params']>): Promise<z.output<M['result']>>;
  /** Called once when the connection is gone, with what calls were rejected with. */
  onClose(listener: (error: ErrorData) => void): Disposer;
  close(): void;
}

export interface ConnectOptions {
  /** Calls that may be under way; more are rejected with `rate_limited`. */
  readonly maxOutstanding?: number;
}

interface Pending {
  readonly result: z.ZodType;
  readonly method: string;
  readonly resolve: (value: never) => void;
  readonly reject: (error: TidemarkError) => void;
}

const stopped: ErrorData = { code: 'engine_stopped', params: {} };
const notSent: ErrorData = { code: 'engine_stopped', params: { notStarted: true } };

/**
 * Speaks to an engine over a port. Answers are checked; one that is not as the contract says rejects with `internal`.
 * When the port closes, calls under way reject with `engine_stopped`.
 */
export function connectEngine(port: Port, options: ConnectOptions = {}): EngineConnection {
  const maxOutstanding = options.maxOutstanding ?? 256;
  const pending = new Map<number, Pending>();
  const listeners = new Map<EventName, Set<(body: never) => void>>();
  const closeListeners = new Set<(error: ErrorData) => void>();
  let nextId = 1;
  let ended: ErrorData | undefined;
  const ready = Promise.withResolvers<void>();
  // Whoever does not wait for `ready` still sees the failure in its calls.
  ready.promise.catch(() => undefined);

  const send = (frame: ClientFrame): void => port.send(frame);
  const failure = (error: ErrorData): TidemarkError => new TidemarkError(error.code, error.params);

  function end(error: ErrorData): void {
    if (ended !== undefined) return;
    ended = error;
    ready.reject(failure(error));
    for (const call of pending.values()) call.reject(failure(error));
    pending.clear();
    listeners.clear();
    for (const listener of closeListeners) listener(error);
    closeListeners.clear();
    port.close();
  }

  function settle(id: number, act: (call: Pending) => void): void {
    const call = pending.get(id);
    if (call === undefined) return;
    pending.delete(id);
    act(call);
  }

  function deliver(event: string, body: unknown): void {
    const own = listeners.get(event as EventName);
    if (own === undefined) return;
    const checked = events[event as EventName].safeParse(body);
    // An event is a hint; one that cannot be read is left out, and the status notices the gap by itself.
    if (!checked.success) return;
    for (const listener of [...own]) listener(checked.data as never);
  }

  port.onMessage((message) => {
    const parsed = serverFrame.safeParse(message);
    if (!parsed.success) return end({ code: 'internal', params: { detail: 'the engine sent a message that cannot be read' } });
    const frame = parsed.data;
    switch (frame.t) {
      case 'welcome':
        return ready.resolve();
      case 'refused':
        return end(frame.error);
      case 'result':
        return settle(frame.id, (call) => {
          const checked = call.result.safeParse(frame.result);
          if (checked.success) return call.resolve(checked.data as never);
          const { field, problem } = issueParams(checked.error);
          call.reject(new TidemarkError('internal', { detail: `${call.method}: ${String(field)} ${String(problem)}` }));
        });
      case 'error':
        return settle(frame.id, (call) => call.reject(failure(frame.error)));
      case 'event':
        return deliver(frame.event, frame.body);
    }
  });
  port.onClose(() => end(stopped));
  send({ t: 'hello', protocol: PROTOCOL_VERSION });

  function request(name: string, method: Method, params: unknown): Promise<never> {
    // Never sent, so whoever asked may ask elsewhere.
    if (ended !== undefined) return Promise.reject(failure(ended.code === 'engine_stopped' ? notSent : ended));
    if (pending.size >= maxOutstanding) return Promise.reject(new TidemarkError('rate_limited', { retryAfterMs: 1000 }));
    const id = nextId++;
    return new Promise<never>((resolve, reject) => {
      pending.set(id, { result: method.result, method: name, resolve, reject });
      send({ t: 'call', id, method: name, params });
    });
  }

  return {
    ready: ready.promise,
    call: (method, params) => request(method, methods[method], params),
    callExtra: (name, method, params) => request(name, method, params),
    on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): Disposer {
      let own = listeners.get(event);
      if (own === undefined) {
        own = new Set();
        listeners.set(event, own);
        send({ t: 'subscribe', event });
      }
      const added = own;
      added.add(listener);
      return () => {
        added.delete(listener);
        if (added.size > 0 || listeners.get(event) !== added) return;
        listeners.delete(event);
        send({ t: 'unsubscribe', event });
      };
    },
    onClose(listener) {
      if (ended !== undefined) {
        const error = ended;
        later(() => listener(error));
      }
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close: () => end(stopped),
  };
}
