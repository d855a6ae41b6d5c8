const secretKey = /pass(word|phrase)?$|secret|token|authorization|cookie|^code$|^key$|credential/i;
const secretText = /\b(Bearer\s+)[\w.~+/=-]{8,}|([?&#](?:code|token|secret|session)=)[^&\s"']+/gi;

/** A copy of log fields without secrets: by the name of the field, and by the look of a text. Cycles and depth are cut. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.replace(secretText, (_, bearer?: string, query?: string) => `${bearer ?? query ?? ''}[hidden]`);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '[deep]';
  if (value instanceof Error) {
    return {
      type: value.name,
      message: scrub(value.message),
      stack: scrub(value.stack),
      ...(value.cause === undefined ? {} : { cause: scrub(value.cause, depth + 1) }),
    };
  }
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 100).map((entry) => scrub(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, secretKey.test(key) && entry !== null ? '[hidden]' : scrub(entry, depth + 1)]),
  );
}
