import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorData, Explanation, FileItem } from '../../src/contract/index.ts';
import type { Disposer } from '../../src/base/index.ts';
import type { Session } from '../api/session.ts';
import { followList } from './follow-lists.ts';
import { PAGE_ROWS } from './paged.ts';

export interface FolderRows {
  readonly rows: readonly FileItem[];
  readonly next: string | null;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly error: ErrorData | null;
}

export interface FilesState {
  /** By path; '' is the synced folder itself. */
  readonly folders: ReadonlyMap<string, FolderRows>;
  readonly open: ReadonlySet<string>;
  /** Path under the cursor. */
  readonly active: string | null;
  readonly explained: { readonly item: FileItem; readonly explanation: Explanation | null; readonly error: ErrorData | null } | null;
}

/** One line of the tree as it is shown. */
export type TreeLine =
  | {
      readonly kind: 'item';
      readonly item: FileItem;
      readonly level: number;
      readonly open: boolean;
      readonly position: number;
      readonly siblings: number;
    }
  | { readonly kind: 'loading'; readonly folder: string; readonly level: number; readonly more: boolean }
  | { readonly kind: 'failed'; readonly folder: string; readonly level: number; readonly error: ErrorData };

/** The open part of the tree, top to bottom. */
export function treeLines(state: Pick<FilesState, 'folders' | 'open'>): readonly TreeLine[] {
  const lines: TreeLine[] = [];
  const walk = (path: string, level: number): void => {
    const folder = state.folders.get(path);
    if (folder === undefined) return;
    folder.rows.forEach((item, index) => {
      const open = item.kind === 'folder' && state.open.has(item.path);
      // -1: the engine has more siblings than are loaded, so their number is not known.
      lines.push({ kind: 'item', item, level, open, position: index + 1, siblings: folder.next === null ? folder.rows.length : -1 });
      if (open) walk(item.path, level + 1);
    });
    if (folder.phase === 'failed' && folder.error !== null) lines.push({ kind: 'failed', folder: path, level, error: folder.error });
    else if (folder.next !== null || folder.phase === 'loading')
      lines.push({ kind: 'loading', folder: path, level, more: folder.next !== null });
  };
  walk('', 1);
  return lines;
}

export interface FilesStore extends StoreApi<FilesState> {
  /** Keeps the tree up to date until disposed. */
  follow(): Disposer;
  toggle(path: string): void;
  more(path: string): void;
  activate(path: string | null): void;
  explain(item: FileItem): Promise<void>;
  closeExplanation(): void;
}

const notLoaded: FolderRows = { rows: [], next: null, phase: 'loading', error: null };

export function createFilesStore(session: Session): FilesStore {
  const store = createStore<FilesState>(() => ({ folders: new Map(), open: new Set(), active: null, explained: null }));
  const questions = new Map<string, number>();

  const put = (path: string, change: (before: FolderRows) => FolderRows): void =>
    store.setState((state) => {
      const folders = new Map(state.folders);
      folders.set(path, change(folders.get(path) ?? notLoaded));
      return { folders };
    });

  async function load(path: string, cursor?: string): Promise<void> {
    const asked = (questions.get(path) ?? 0) + 1;
    questions.set(path, asked);
    const shown = store.getState().folders.get(path)?.rows.length ?? 0;
    put(path, (before) => ({ ...before, phase: shown > 0 && cursor === undefined ? before.phase : 'loading' }));
    const limit = cursor === undefined ? Math.min(1000, Math.max(PAGE_ROWS, shown)) : PAGE_ROWS;
    const answer = await session.ask('files.list', { path, limit, ...(cursor === undefined ? {} : { cursor }) });
    if (questions.get(path) !== asked) return;
    put(path, (before) => {
      if (!answer.ok) return { ...before, phase: before.rows.length > 0 ? 'ready' : 'failed', error: answer.error };
      const rows = cursor === undefined ? answer.value.rows : [...before.rows, ...answer.value.rows];
      return { rows, next: answer.value.next, phase: 'ready', error: null };
    });
  }

  return Object.assign(store, {
    follow: () =>
      followList(session, 'files', () => {
        void load('');
        for (const path of store.getState().open) void load(path);
      }),
    toggle(path: string) {
      const open = new Set(store.getState().open);
      if (open.delete(path)) {
        // Forgotten, so that opening it again shows what is there then.
        const folders = new Map(store.getState().folders);
        folders.delete(path);
        store.setState({ open, folders });
        questions.set(path, (questions.get(path) ?? 0) + 1);
        return;
      }
      open.add(path);
      store.setState({ open });
      void load(path);
    },
    more(path: string) {
      const folder = store.getState().folders.get(path);
      if (folder === undefined || folder.next === null || folder.phase !== 'ready') return;
      void load(path, folder.next);
    },
    activate: (active: string | null) => store.setState({ active }),
    async explain(item: FileItem) {
      store.setState({ explained: { item, explanation: null, error: null } });
      const answer = await session.ask('files.explain', { path: item.path });
      if (store.getState().explained?.item.path !== item.path) return;
      store.setState({
        explained: answer.ok ? { item, explanation: answer.value, error: null } : { item, explanation: null, error: answer.error },
      });
    },
    closeExplanation: () => store.setState({ explained: null }),
  });
}
