import type { Activity, ErrorData, Question, SettingKey, SettingValue } from '../../contract/index.ts';
import type { LocalNode, LocalTree, NodeId, RemoteFile, RemoteNode, RemoteTree, SyncedNode, SyncedTree } from '../model/index.ts';

/**
 * Everything one device remembers, in one SQLite file (WAL). All calls are synchronous. Reads see the writes of the
 * running transaction. Trees are views over the tables, so memory does not grow with the folder.
 */
export interface Store extends StoreReads {
  /** All or nothing; nested calls join the outer one. */
  transaction<T>(work: (write: StoreWrites) => T): T;
  /** Durable up to here also after a power cut (WAL checkpointed or synced). */
  sync(): void;
  close(): void;
}

export interface StoreReads {
  readonly remote: RemoteTree;
  readonly local: LocalTree;
  readonly synced: SyncedTree;
  /** Every id whose three rows do not agree: the planner's dirty set after a start. One pass in SQL. */
  divergentIds(): readonly NodeId[];
  /** Local items last seen with this inode. */
  localWithInode(dev: string, ino: string): readonly LocalNode[];
  /** Kept versions of conflicts that the cloud lists, this device's and others'. */
  conflictCopies(): readonly RemoteFile[];
  /** What stepped aside here so that this item could have its name. */
  localAside(winner: NodeId): readonly LocalNode[];
  localPath(id: NodeId): string | undefined;
  remotePath(id: NodeId): string | undefined;
  syncedPath(id: NodeId): string | undefined;

  journal(): readonly JournalRow[];
  account(): AccountRow | null;
  folder(): FolderRow | null;
  localOnlyFolders(): readonly string[];
  /** Where the change feed stands; null before the first read to the end. */
  cursor(): CursorRow | null;
  setting<K extends SettingKey>(key: K): SettingValue<K>;
  pausedUntil(): number | 'resumed' | null;

  /** Newest first; `before` is the id of the last row of the page before. `search` looks into both paths. */
  activity(page: { before?: number; limit: number; search?: string; kinds?: readonly string[] }): readonly Activity[];
  issue(key: string): IssueRow | undefined;
  /** In the order of their keys; `after` is the key of the last row of the page before. */
  issues(page: { after?: string; limit: number }): readonly IssueRow[];
  issueCount(): number;
  questions(): readonly QuestionRow[];
  trash(): readonly TrashRow[];
}

export interface StoreWrites {
  putRemote(node: RemoteNode): void;
  deleteRemote(id: NodeId): void;
  /** Before a snapshot is read: forget the whole remote tree. */
  clearRemote(): void;
  putLocal(node: LocalNode): void;
  deleteLocal(id: NodeId): void;
  /** Gives a local item another id, also as the `parentId` of its children, here and as agreed. Throws when `to` exists. */
  rebindLocal(from: NodeId, to: NodeId): void;
  putSynced(node: SyncedNode): void;
  deleteSynced(id: NodeId): void;
  /** Forgets all three trees, cursor, journal, issues and questions (folder removed, another account). */
  clearTrees(): void;

  addJournal(kind: string, data: unknown): number;
  deleteJournal(id: number): void;
  setAccount(account: AccountRow | null): void;
  setFolder(folder: FolderRow | null): void;
  setLocalOnlyFolders(paths: readonly string[]): void;
  setCursor(cursor: CursorRow | null): void;
  setSetting<K extends SettingKey>(key: K, value: SettingValue<K>): void;
  /** Null: paused until resumed. */
  setPausedUntil(until: number | 'resumed' | null): void;
  addActivity(entry: Omit<Activity, 'id'>): Activity;
  putIssue(issue: IssueRow): void;
  deleteIssue(key: string): void;
  putQuestion(question: QuestionRow): void;
  deleteQuestion(id: string): void;
  addTrash(row: Omit<TrashRow, 'id'>): number;
  deleteTrash(id: number): void;
}

export interface JournalRow {
  readonly id: number;
  readonly kind: string;
  /** JSON; whoever wrote it validates it. */
  readonly data: unknown;
}

export interface AccountRow {
  readonly server: string;
  readonly accountId: string;
  readonly deviceId: string;
  readonly email: string;
  readonly region: 'international' | 'mainland';
  readonly deviceName: string;
  /** Set when the cloud said that this device is signed out; the local files stay. */
  readonly signedOut: ErrorData | null;
}

export interface FolderRow {
  readonly path: string;
  /** Also written into the folder's marker file: a folder without it is not ours (unmounted, replaced). */
  readonly folderId: string;
}

export interface CursorRow {
  readonly cursor: string;
  readonly epoch: string;
}

export interface IssueRow {
  /** Node id, or `path:` and the path for something that has none. */
  readonly key: string;
  readonly path: string;
  readonly kind: 'file' | 'folder' | null;
  readonly reason: ErrorData;
  readonly since: number;
  readonly attempts: number;
  readonly nextTryAt: number | null;
}

export interface QuestionRow extends Question {
  readonly ids: readonly NodeId[];
  readonly answer: 'keep' | 'delete' | null;
}

export interface TrashRow {
  readonly id: number;
  /** Relative to the synced folder. */
  readonly trashPath: string;
  readonly originalPath: string;
  readonly why: 'deleted' | 'replaced';
  readonly at: number;
  readonly activityId: number | null;
}
