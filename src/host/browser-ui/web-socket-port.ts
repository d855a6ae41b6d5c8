import type { WebSocket } from 'ws';
import { MAX_MESSAGE_CHARS, type Port, decodeMessage, encodeMessage } from '../../rpc/index.ts';

const MAX_UNREAD_BYTES = 4 * MAX_MESSAGE_CHARS;

/** A port over a WebSocket: one JSON text a frame. What cannot be read closes it. */
export function webSocketPort(socket: WebSocket): Port {
  const closeListeners = new Set<() => void>();
  socket.once('close', () => {
    for (const listener of [...closeListeners]) listener();
  });
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return;
      const text = encodeMessage(message);
      if (text === undefined || socket.bufferedAmount > MAX_UNREAD_BYTES) return socket.terminate();
      socket.send(text);
    },
    onMessage(listener) {
      const receive = (data: Buffer, binary: boolean): void => {
        const message = binary ? undefined : decodeMessage(data.toString('utf8'));
        if (message === undefined) return socket.close(1003);
        listener(message);
      };
      socket.on('message', receive);
      return () => socket.off('message', receive);
    },
    onClose(listener) {
      if (socket.readyState === socket.CLOSED) queueMicrotask(listener);
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close: () => socket.close(1000),
  };
}
