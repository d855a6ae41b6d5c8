import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from '../abort.ts';

export { onAbort };

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new TidemarkError('aborted');
}
