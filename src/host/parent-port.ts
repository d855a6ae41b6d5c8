import type { Port } from '../rpc/index.ts';

/** What Electron gives a utility process; Node's own types do not know it. */
interface ElectronParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/**
 * The port to the process that started this one: Electron's `process.parentPort`, or the IPC channel of
 * `child_process.fork`. Messages are plain objects; those that come before anyone listens are kept.
 * Undefined when nobody started this process that way.
 */
export function openParentPort(): Port | undefined {
  const electron = (process as { readonly parentPort?: ElectronParentPort }).parentPort;
  if (electron !== undefined) {
    return bufferedPort(
      (deliver) => electron.on('message', ({ data }) => deliver(data)),
      (message) => electron.postMessage(message),
    );
  }
  if (process.send === undefined) return undefined;
  return bufferedPort(
    (deliver) => process.on('message', deliver),
    // The channel may close at any time; then the `disconnect` event follows.
    (message) => process.connected && process.send?.(message, undefined, {}, () => undefined),
  );
}

function bufferedPort(receive: (deliver: (message: unknown) => void) => void, post: (message: object) => void): Port {
  const messageListeners = new Set<(message: unknown) => void>();
  const closeListeners = new Set<() => void>();
  let waiting: unknown[] = [];
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const listener of [...closeListeners]) listener();
  };
  receive((message) => {
    if (messageListeners.size === 0) waiting.push(message);
    for (const listener of [...messageListeners]) listener(message);
  });
  process.once('disconnect', close);
  return {
    send(message) {
      if (!closed) post(message);
    },
    onMessage(listener) {
      messageListeners.add(listener);
      const kept = waiting;
      waiting = [];
      for (const message of kept) listener(message);
      return () => messageListeners.delete(listener);
    },
    onClose(listener) {
      if (closed) queueMicrotask(listener);
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close,
  };
}
