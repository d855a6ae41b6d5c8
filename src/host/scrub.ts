const secretKey = /pass(word|phrase)?$|secret|token|authorization|cookie|^code$|^key$|credential/i;
/** Codes of errors are words; one-time codes, and those of other services, are not. */
const errorCode = /^(?:[a-z]{2,20}(?:_[a-z0-9]{1,20}){0,5}|E[A-Z0-9]{2,20})$/;
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
    Object.entries(value).map(([key, entry]) => [key, isSecret(key, entry) ? '[hidden]' : scrub(entry, depth + 1)]),
  );
}

const isSecret = (key: string, value: unknown): boolean =>
  value !== null && secretKey.test(key) && !(key === 'code' && typeof value === 'string' && errorCode.test(value));
