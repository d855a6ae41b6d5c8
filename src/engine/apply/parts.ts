import type { Environment } from '../environment.ts';
import type { Scope } from '../ignore/index.ts';
import type { NodeId } from '../model/index.ts';
import type { ActivityRow, Store } from '../store/index.ts';
import type { Committer, Downloader, Uploader } from '../transfer/index.ts';
import type { Mutex } from './mutex.ts';

/** What the executor works with. */
export interface ApplyParts {
  readonly environment: Pick<Environment, 'clock' | 'random' | 'disk' | 'log' | 'platform'>;
  readonly store: Store;
  /** Absolute path of the synced folder. */
  readonly root: string;
  readonly uploader: Uploader;
  readonly downloader: Downloader;
  readonly committer: Committer;
  /**
   * Held while the tree on disk and the rows that describe it change together, and while a scan reads both: whoever
   * holds it sees them agree.
   */
  readonly treeLock: Mutex;
  /** What this device keeps its hands off, as of now. */
  readonly scope: () => Scope;
  readonly deviceName: string;
  readonly onActivity: (entry: ActivityRow) => void;
  /** The database failed under way: what is over may still be in the journal as begun. */
  readonly onDatabaseFault: (error: unknown) => void;
  readonly onProgress: (id: string, bytes: number) => void;
  /** A folder was moved on this disk, from one path to another, both relative. */
  readonly onFolderMoved: (id: NodeId, from: string, to: string) => void;
  /** Something could not be put back where it belongs; before the next look, or the next change, that is tried again. */
  readonly onUnmended: () => void;
  /** Tries it again. Call with the tree lock held. Throws TidemarkError when it still cannot be. */
  readonly mend: () => Promise<void>;
  /** Absolute paths of folders whose names are not known to be durable, since the disk failed. */
  readonly unsyncedFolders: Set<string>;
  readonly signal: AbortSignal;
}
