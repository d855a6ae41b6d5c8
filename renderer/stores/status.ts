import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Status } from '../../src/contract/index.ts';
import type { Disposer } from '../../src/base/index.ts';
import { followStatus } from '../../src/rpc/index.ts';
import type { Session } from '../api/session.ts';
import type { LinkState } from '../api/transport.ts';

export interface StatusState {
  readonly link: LinkState;
  /** The last status known; stays while the line is broken. */
  readonly status: Status | null;
}

/** Status and line, followed for as long as the session lives. */
export function createStatusStore(session: Session): StoreApi<StatusState> {
  const store = createStore<StatusState>(() => ({ link: session.link(), status: null }));
  let stop: Disposer = () => undefined;
  session.onLink((link) => {
    stop();
    stop = () => undefined;
    store.setState({ link });
    if (link.kind === 'connected') stop = followStatus(link.api, (status) => store.setState({ status }));
  });
  return store;
}
