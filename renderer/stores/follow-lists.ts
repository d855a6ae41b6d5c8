import type { EventBody } from '../../src/contract/index.ts';
import { type Disposer, disposeAll } from '../../src/base/index.ts';
import type { Session } from '../api/session.ts';

type ListName = EventBody<'lists.changed'>['lists'][number];

const REST_MS = 400;

/** Runs `reload` now, after every new connection, and when the list changed; at most every 400 ms. */
export function followList(session: Session, list: ListName | 'activity', reload: () => void): Disposer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      reload();
    }, REST_MS);
  };
  return disposeAll(
    () => clearTimeout(timer),
    session.onConnected(reload),
    list === 'activity'
      ? session.on('activity.added', soon)
      : session.on('lists.changed', ({ lists }) => {
          if (lists.includes(list)) soon();
        }),
  );
}
