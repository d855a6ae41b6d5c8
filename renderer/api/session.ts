import {
  type ErrorData,
  type EventBody,
  type EventName,
  type MethodName,
  type ParamsIn,
  type ResultOf,
  toErrorData,
} from '../../src/contract/index.ts';
import { type Disposer, type Result, err, ok } from '../../src/base/index.ts';
import type { LinkState, Transport } from './transport.ts';

/** The engine over a line that may break: asking gives a value or an error, never throws; subscriptions survive. */
export interface Session {
  ask<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<Result<ResultOf<M>, ErrorData>>;
  on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): Disposer;
  /** Called at once when connected, and after every new connection. */
  onConnected(listener: () => void): Disposer;
  onLink(listener: (state: LinkState) => void): Disposer;
  link(): LinkState;
  retry(): void;
  close(): void;
}

interface Subscription {
  attach(state: LinkState & { kind: 'connected' }): void;
  detach(): void;
}

/** Opens the line and keeps it. */
export function openSession(transport: Transport): Session {
  let link: LinkState = { kind: 'connecting' };
  const subscriptions = new Set<Subscription>();
  const linkListeners = new Set<(state: LinkState) => void>();

  const stop = transport.start((next) => {
    link = next;
    for (const subscription of subscriptions) {
      subscription.detach();
      if (next.kind === 'connected') subscription.attach(next);
    }
    for (const listener of [...linkListeners]) listener(next);
  });

  function hold(subscription: Subscription): Disposer {
    subscriptions.add(subscription);
    if (link.kind === 'connected') subscription.attach(link);
    return () => {
      subscriptions.delete(subscription);
      subscription.detach();
    };
  }

  return {
    async ask(method, params) {
      if (link.kind !== 'connected') return err({ code: 'engine_stopped', params: {} });
      try {
        return ok(await link.api.call(method, params));
      } catch (thrown) {
        return err(toErrorData(thrown));
      }
    },
    on(event, listener) {
      let dispose: Disposer | undefined;
      return hold({
        attach: (state) => {
          dispose = state.api.on(event, listener);
        },
        detach: () => {
          dispose?.();
          dispose = undefined;
        },
      });
    },
    onConnected: (listener) => hold({ attach: listener, detach: () => undefined }),
    onLink(listener) {
      linkListeners.add(listener);
      listener(link);
      return () => linkListeners.delete(listener);
    },
    link: () => link,
    retry: () => transport.retry(),
    close: () => {
      stop();
      for (const subscription of subscriptions) subscription.detach();
      subscriptions.clear();
    },
  };
}
