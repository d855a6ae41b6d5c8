import { MAX_MESSAGE_CHARS } from './frames.ts';

/** JSON text of a message, or undefined when it is longer than the other end would take. */
export function encodeMessage(message: object): string | undefined {
  const text = JSON.stringify(message);
  return text.length > MAX_MESSAGE_CHARS ? undefined : text;
}

/** The object in a JSON text, or undefined when it is too long, not JSON, or not an object. */
export function decodeMessage(text: string): object | undefined {
  if (text.length > MAX_MESSAGE_CHARS) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
