import { z } from 'zod';
import { errorData } from '../contract/index.ts';

/** Raised when a frame's shape or meaning changes; the two ends must speak the same one. */
export const PROTOCOL_VERSION = 1;

/** Longest message in characters, as JSON text, in either direction. */
export const MAX_MESSAGE_CHARS = 8 * 1024 * 1024;

const id = z.int().min(1);
const name = z.string().min(1).max(100);

/** What a client sends. `hello` comes first, once; nothing has to wait for its answer. */
export const clientFrame = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), protocol: z.int() }),
  z.object({ t: z.literal('call'), id, method: name, params: z.unknown() }),
  z.object({ t: z.literal('subscribe'), event: name }),
  z.object({ t: z.literal('unsubscribe'), event: name }),
]);

/** What a server sends. `refused` is its last word before it closes. */
export const serverFrame = z.discriminatedUnion('t', [
  z.object({ t: z.literal('welcome'), protocol: z.int() }),
  z.object({ t: z.literal('refused'), error: errorData }),
  z.object({ t: z.literal('result'), id, result: z.unknown() }),
  z.object({ t: z.literal('error'), id, error: errorData }),
  z.object({ t: z.literal('event'), event: name, body: z.unknown() }),
]);

export type ClientFrame = z.infer<typeof clientFrame>;
export type ServerFrame = z.infer<typeof serverFrame>;
