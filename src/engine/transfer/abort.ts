import { TidemarkError } from '../../contract/index.ts';

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new TidemarkError('aborted');
}

/** Calls back when the signal fires, at once when it already did. The returned function forgets. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  signal.addEventListener('abort', callback, { once: true });
  return () => {
    signal.removeEventListener('abort', callback);
  };
}

/** The promise, or `aborted` as soon as the signal fires; what was started goes on for the others. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const forget = onAbort(signal, () => {
    aborted.reject(new TidemarkError('aborted'));
  });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    forget();
  }
}
