import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from '../abort.ts';

export { onAbort };

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new TidemarkError('aborted');
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
