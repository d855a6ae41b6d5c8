import { TidemarkError } from '../../contract/index.ts';
import { endedCode } from '../accounts/refusals.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Waiters } from '../drive/waiters.ts';
import type { Call } from './call.ts';

/** Answers when something changed after the cursor, or at the end of the time. */
export async function waitForChange(
  { drives, settings }: Pick<Catalogue, 'drives' | 'settings'>,
  waiters: Waiters,
  call: Call<'deltaWait'>,
): Promise<{ changed: boolean }> {
  const { holder, query, signal } = call;
  // Begin to listen before looking, so that no change falls between.
  const stop = new AbortController();
  const wake = waiters.wait(holder.account.no, holder.device.no, query.timeoutMs, AbortSignal.any([signal, stop.signal]));
  try {
    const changed = await drives.changedSince(holder.account.no, query.cursor);
    if (changed === 'cursor_gone') throw new TidemarkError('cursor_gone');
    if (changed) return { changed };
    if (query.settings !== undefined && query.settings !== ((await settings.read(holder.account.no)).version ?? 'none'))
      return { changed: true };
    const why = await wake;
    if (why === 'changed' || why === 'timeout' || why === 'closing') return { changed: why === 'changed' };
    throw new TidemarkError(endedCode(why));
  } finally {
    stop.abort();
  }
}
