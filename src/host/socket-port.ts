import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { MAX_MESSAGE_CHARS, type Port, decodeMessage, encodeMessage } from '../rpc/index.ts';

/** What one client may leave unread before it is cut off, in bytes. */
const MAX_UNREAD_BYTES = 4 * MAX_MESSAGE_CHARS;

/** A port over a stream socket: one JSON text a line. What is too long or not JSON closes it. */
export function socketPort(socket: Socket): Port {
  const messageListeners = new Set<(message: unknown) => void>();
  const closeListeners = new Set<() => void>();
  const decoder = new StringDecoder('utf8');
  let partial: string[] = [];
  let partialChars = 0;
  let closed = false;

  const takeLine = (line: string): boolean => {
    const message = decodeMessage(line);
    if (message === undefined) return false;
    for (const listener of [...messageListeners]) listener(message);
    return true;
  };
  socket.on('data', (bytes: Buffer) => {
    const lines = decoder.write(bytes).split('\n');
    for (const [index, piece] of lines.entries()) {
      partial.push(piece);
      partialChars += piece.length;
      if (partialChars > MAX_MESSAGE_CHARS) return void socket.destroy();
      if (index === lines.length - 1) return;
      const line = partial.join('');
      partial = [];
      partialChars = 0;
      if (!takeLine(line)) return void socket.destroy();
      if (closed) return;
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    closed = true;
    for (const listener of [...closeListeners]) listener();
  });

  return {
    send(message) {
      if (closed || socket.writableEnded) return;
      const text = encodeMessage(message);
      if (text === undefined || socket.writableLength > MAX_UNREAD_BYTES) return void socket.destroy();
      socket.write(`${text}\n`);
    },
    onMessage(listener) {
      messageListeners.add(listener);
      return () => messageListeners.delete(listener);
    },
    onClose(listener) {
      if (closed) queueMicrotask(listener);
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close() {
      if (closed) return;
      // Says what is still to be said; a peer that does not read it is not waited for long.
      socket.end();
      setTimeout(() => socket.destroy(), 2000).unref();
    },
  };
}
