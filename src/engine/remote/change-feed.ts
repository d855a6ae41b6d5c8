import { TidemarkError } from '../../contract/index.ts';
import type { DriveApi } from './api.ts';
import { type RemoteChange, toRemoteChange } from './convert.ts';

/** Where a read of the feed stands, as the store keeps it. */
export interface FeedPosition {
  readonly cursor: string;
  readonly epoch: string;
}

/** Of a position of which it is known that a backup was put back since: no cloud has it, so that all is listed as after any restore. */
export const NO_EPOCH = '';

export type FeedEvent =
  | {
      readonly kind: 'page';
      readonly changes: readonly RemoteChange[];
      /** To be stored in one transaction with the changes. */
      readonly position: FeedPosition;
      /** Part of a full listing: once `last`, what was not listed does not exist. */
      readonly snapshot: boolean;
      readonly last: boolean;
      /** Version of the settings of the account. */
      readonly settings: string | null;
    }
  /**
   * The position no longer means anything: read again from null. `cursor_gone`: too old, or another drive.
   * `epoch_changed`: the drive was reset or restored, so what is absent was not deleted by anyone.
   */
  | { readonly kind: 'restart'; readonly reason: 'cursor_gone' | 'epoch_changed' };

/**
 * Reads what changed from a position (null: everything) to the end, page by page. Ends after the last page or after
 * `restart`. `request` wraps each call, e.g. in the throttle. Throws TidemarkError.
 */
export async function* readChanges(
  drive: Pick<DriveApi, 'delta'>,
  from: FeedPosition | null,
  signal?: AbortSignal,
  request: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
): AsyncGenerator<FeedEvent, void, void> {
  let position = from;
  let snapshot = from === null;
  for (;;) {
    const asked = position;
    const page = await deltaOrGone(() => request(() => drive.delta(asked?.cursor ?? null, signal)));
    if (page === 'gone' || page === 'forked') {
      yield { kind: 'restart', reason: page === 'gone' ? 'cursor_gone' : 'epoch_changed' };
      return;
    }
    if (asked !== null && page.epoch !== asked.epoch) {
      yield { kind: 'restart', reason: 'epoch_changed' };
      return;
    }
    // A cloud that says "more" without moving would keep us here for ever.
    if (page.hasMore && page.cursor === asked?.cursor) throw new TidemarkError('cloud_answer_invalid', { field: 'cursor' });
    snapshot = asked === null ? true : snapshot;
    position = { cursor: page.cursor, epoch: page.epoch };
    yield { kind: 'page', changes: page.entries.map(toRemoteChange), position, snapshot, last: !page.hasMore, settings: page.settings };
    if (!page.hasMore) return;
  }
}

async function deltaOrGone<T>(read: () => Promise<T>): Promise<T | 'gone' | 'forked'> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'cursor_gone') return error.params['forked'] === true ? 'forked' : 'gone';
    throw error;
  }
}
