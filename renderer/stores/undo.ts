import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Activity, ErrorData, UndoWay } from '../../src/contract/index.ts';
import type { Session } from '../api/session.ts';

export interface UndoState {
  /** Would delete, and waits for a yes. */
  readonly asking: Activity | null;
  /** The line that is being undone. */
  readonly busy: number | null;
  /** The last thing that was undone: the line that tells of it, which can be undone in turn. */
  readonly done: { readonly way: UndoWay; readonly line: Activity } | null;
  readonly error: ErrorData | null;
}

export interface UndoStore extends StoreApi<UndoState> {
  /** Undoes a line; where that deletes something, once the person has said yes. */
  undo(row: Activity): void;
  confirm(): void;
  dismiss(): void;
}

const nothing: UndoState = { asking: null, busy: null, done: null, error: null };

/** Taking back lines of the activity, one at a time, wherever they are shown. */
export function createUndoStore(session: Session): UndoStore {
  const store = createStore<UndoState>(() => nothing);

  const perform = async (row: Activity): Promise<void> => {
    store.setState({ ...nothing, busy: row.id });
    const answer = await session.ask('activity.undo', { ids: [row.id] });
    const [result] = answer.ok ? answer.value.results : [];
    if (!answer.ok) store.setState({ ...nothing, error: answer.error });
    else if (result?.outcome === 'undone') store.setState({ ...nothing, done: { way: result.way, line: result.activity } });
    else store.setState({ ...nothing, error: result?.error ?? null });
  };

  return Object.assign(store, {
    undo(row: Activity) {
      if (store.getState().busy !== null) return;
      if (row.undo.way === 'take_away') store.setState({ ...nothing, asking: row });
      else void perform(row);
    },
    confirm() {
      const { asking } = store.getState();
      if (asking !== null) void perform(asking);
    },
    dismiss() {
      store.setState({ asking: null, done: null, error: null });
    },
  });
}
