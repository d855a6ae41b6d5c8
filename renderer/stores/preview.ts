import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorData, Foresight } from '../../src/contract/index.ts';
import type { Session } from '../api/session.ts';

export interface PreviewState {
  readonly open: boolean;
  readonly busy: boolean;
  readonly foresight: Foresight | null;
  readonly error: ErrorData | null;
}

export interface PreviewStore extends StoreApi<PreviewState> {
  /** Opens it and asks what would happen now. */
  ask(): Promise<void>;
  close(): void;
}

export function createPreviewStore(session: Session): PreviewStore {
  const closed: PreviewState = { open: false, busy: false, foresight: null, error: null };
  const store = createStore<PreviewState>(() => closed);
  let asked = 0;
  return Object.assign(store, {
    async ask() {
      asked += 1;
      const turn = asked;
      store.setState({ open: true, busy: true, error: null });
      const answer = await session.ask('sync.preview', {});
      // Closed, or asked again meanwhile.
      if (turn !== asked) return;
      store.setState(
        answer.ok ? { busy: false, foresight: answer.value, error: null } : { busy: false, foresight: null, error: answer.error },
      );
    },
    close() {
      asked += 1;
      store.setState(closed);
    },
  });
}
