import type { Disposer } from '../base/index.ts';

/**
 * One end of a pipe that carries plain objects in order: a message port, a socket, a WebSocket, or memory.
 * `onMessage` delivers what arrives as it arrived; whoever listens checks it.
 */
export interface Port {
  /** After `close` this does nothing. */
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): Disposer;
  /** Called once, also when this end closed it; at once when the port is closed already. */
  onClose(listener: () => void): Disposer;
  close(): void;
}

/** Two connected ports in one process, for tests and for a host that serves itself. Messages are copies, and arrive later. */
export function memoryPorts(): readonly [Port, Port] {
  const ends: [MemoryEnd, MemoryEnd] = [newEnd(), newEnd()];
  const closeBoth = (): void => {
    for (const end of ends) {
      if (end.closed) continue;
      end.closed = true;
      later(() => {
        for (const listener of [...end.closeListeners]) listener();
      });
    }
  };
  const port = (own: MemoryEnd, other: MemoryEnd): Port => ({
    send(message) {
      if (own.closed) return;
      const copy: unknown = JSON.parse(JSON.stringify(message));
      later(() => {
        for (const listener of [...other.messageListeners]) listener(copy);
      });
    },
    onMessage: (listener) => listen(own.messageListeners, listener),
    onClose(listener) {
      if (own.closed) later(listener);
      return listen(own.closeListeners, listener);
    },
    close: closeBoth,
  });
  return [port(ends[0], ends[1]), port(ends[1], ends[0])];
}

interface MemoryEnd {
  closed: boolean;
  readonly messageListeners: Set<(message: unknown) => void>;
  readonly closeListeners: Set<() => void>;
}

const newEnd = (): MemoryEnd => ({ closed: false, messageListeners: new Set(), closeListeners: new Set() });

function listen<T>(listeners: Set<T>, listener: T): Disposer {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** After the code that runs now; this ring has no timers of its own. */
export function later(callback: () => void): void {
  void Promise.resolve().then(callback);
}

/** Joins two ports so that either side's messages reach the other; closing one closes the other. */
export function joinPorts(a: Port, b: Port): void {
  a.onMessage((message) => {
    if (typeof message === 'object' && message !== null) b.send(message);
  });
  b.onMessage((message) => {
    if (typeof message === 'object' && message !== null) a.send(message);
  });
  a.onClose(() => b.close());
  b.onClose(() => a.close());
}
