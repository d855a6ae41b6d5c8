import type {
  Activity,
  CodeAddress,
  CodePurpose,
  ErrorData,
  FirstMergeQuestion,
  MassDeleteQuestion,
  SettingKey,
  SettingValue,
  SettingValues,
} from '../../contract/index.ts';
import type {
  FileStat,
  Fingerprint,
  LocalNode,
  LocalTree,
  NodeId,
  RemoteFile,
  RemoteNode,
  RemoteTree,
  SyncedNode,
  SyncedTree,
} from '../model/index.ts';

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
  /** Also of those whose folder is not in the remote tree. */
  remoteIds(): readonly NodeId[];
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
  /** Until when the cloud keeps the documents without sign-in or sync, as it last said; wall clock. Null: for ever, or never said. */
  keptUntil(): number | null;
  folder(): FolderRow | null;
  localOnlyFolders(): readonly LocalOnlyRow[];
  /** Rules of folders as they were last read. */
  rules(): readonly RulesRow[];
  /** Files that hold rules, by their name; as a rule few. */
  rulesFiles(): { readonly local: readonly LocalNode[]; readonly remote: readonly RemoteNode[] };
  /** Folders of the cloud that are not kept on this device. */
  excluded(): readonly NodeId[];
  /** Of the last copy of the marks that was written; 0 before the first. */
  marksStamp(): number;
  /** Agreed on, and left out since. */
  asideCount(): number;
  /** Where the change feed stands; null before the first read to the end. */
  cursor(): CursorRow | null;
  /** What answers of the cloud told of, and its feed has not yet. */
  unheard(): readonly NodeId[];
  /** The newest first. */
  challenges(): readonly ChallengeRow[];
  setting<K extends SettingKey>(key: K): SettingValue<K>;
  /** What this device and the cloud last agreed on; null before the first time. */
  agreedSettings(): AgreedSettings | null;
  pausedUntil(): number | 'resumed' | null;

  /** Newest first; `before` is the id of the last row of the page before. `search` looks into both paths. */
  activity(page: { before?: number; limit: number; search?: string; kinds?: readonly string[] }): readonly ActivityRow[];
  activityRow(id: number): ActivityRow | undefined;
  issue(key: string): IssueRow | undefined;
  /** In the order of their keys; `after` is the key of the last row of the page before. */
  issues(page: { after?: string; limit: number }): readonly IssueRow[];
  issueCount(): number;
  questions(): readonly QuestionRow[];
  /** In the order in which they were noted. */
  recentDeletions(): readonly DeletionRow[];
  trash(): readonly TrashRow[];
  /** Days of the trash that are to go for good, and when that was first found: wall clock, ms since 1970. */
  trashDue(): Readonly<Record<string, number>>;
  /** What the change of this line put into the trash. */
  trashOf(activityId: number): TrashRow | undefined;
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
  /** Forgets all three trees, cursor, journal, issues, questions, and how to undo anything (folder removed, another account). */
  clearTrees(): void;

  addJournal(kind: string, data: unknown): number;
  putJournal(id: number, data: unknown): void;
  deleteJournal(id: number): void;
  setAccount(account: AccountRow | null): void;
  setKeptUntil(at: number | null): void;
  setFolder(folder: FolderRow | null): void;
  setLocalOnlyFolders(folders: readonly LocalOnlyRow[]): void;
  putRules(row: RulesRow): void;
  deleteRules(folder: NodeId): void;
  /** Forgets the rules of folders that are in no tree any more. */
  dropStrayRules(): void;
  setExcluded(id: NodeId, is: boolean): void;
  setMarksStamp(stamp: number): void;
  setCursor(cursor: CursorRow | null): void;
  addUnheard(id: NodeId): void;
  deleteUnheard(id: NodeId): void;
  clearUnheard(): void;
  setChallenges(rows: readonly ChallengeRow[]): void;
  setSetting<K extends SettingKey>(key: K, value: SettingValue<K>): void;
  setAgreedSettings(agreed: AgreedSettings): void;
  /** Null: paused until resumed. */
  setPausedUntil(until: number | 'resumed' | null): void;
  addActivity(entry: NewActivity): ActivityRow;
  /** @param by the line that took it back */
  setUndone(id: number, by: number): void;
  putIssue(issue: IssueRow): void;
  deleteIssue(key: string): void;
  putQuestion(question: QuestionRow): void;
  deleteQuestion(id: string): void;
  setRecentDeletions(rows: readonly DeletionRow[]): void;
  addTrash(row: Omit<TrashRow, 'id'>): number;
  deleteTrash(id: number): void;
  setTrashDue(days: Readonly<Record<string, number>>): void;
}

export interface JournalRow {
  readonly id: number;
  readonly kind: string;
  /** JSON; whoever wrote it validates it. */
  readonly data: unknown;
}

/** The settings that follow an account, as this device and its cloud last agreed on them. */
export interface AgreedSettings {
  readonly accountId: string;
  readonly version: string | null;
  readonly values: SettingValues;
}

/** A code that was asked for from here. */
export interface ChallengeRow {
  readonly server: string;
  readonly to: CodeAddress;
  readonly purpose: CodePurpose;
  readonly id: string;
}

export interface AccountRow {
  readonly server: string;
  readonly accountId: string;
  readonly deviceId: string;
  /** How the account is shown. */
  readonly label: string;
  readonly region: 'international' | 'mainland';
  readonly deviceName: string;
  /** Set when the cloud said that this device is signed out; the local files stay. */
  readonly signedOut: ErrorData | null;
}

export interface FolderRow {
  readonly path: string;
  /** Also written into the folder's marker file: a folder without it is not ours (unmounted, replaced). */
  readonly folderId: string;
  /**
   * There until it is settled that what is here and what is in the cloud may be merged: nothing is changed before.
   * `asked` is null until both sides were looked at.
   */
  readonly firstMerge?: { readonly asked: FirstMergeQuestion | null };
}

/** A folder that never leaves this machine. */
export interface LocalOnlyRow {
  /** Absolute. */
  readonly path: string;
  /** Of one inside the synced folder: found again by this when it was moved. Null until it was seen. */
  readonly identity: FolderIdentity | null;
}

export type FolderIdentity = Pick<FileStat, 'dev' | 'ino' | 'birthtimeNs' | 'ctimeNs'>;

export interface RulesRow {
  readonly folder: NodeId;
  /** Null: there are rules, and they could not be read yet. */
  readonly text: string | null;
  /** The file as it was when it was read. */
  readonly seen: Fingerprint | null;
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

/** A deletion that was carried out without a question. */
export interface DeletionRow {
  /** Where it was deleted by somebody. */
  readonly side: 'here' | 'cloud';
  /** The top of what was deleted, and where it was. */
  readonly id: NodeId;
  readonly path: string;
  readonly items: number;
  readonly at: number;
}

export interface QuestionRow extends Omit<MassDeleteQuestion, 'goneBefore'> {
  readonly ids: readonly NodeId[];
  readonly answer: 'keep' | 'delete' | null;
}

interface PlaceRow {
  readonly parentId: NodeId;
  readonly name: string;
}

/** How a change is taken back. Hashes are those of contents. */
export type Reversal =
  | { readonly way: 'bring_back'; readonly hash: string | null }
  /** A file while it has the content `now`. A folder (null) while all in it is in the cloud, and with `theirs` none of it is from here. */
  | {
      readonly way: 'take_away';
      readonly now: string | null;
      readonly theirs?: boolean;
      /** Of a folder: found again by this when an undo brought it back, since it has another id then. */
      readonly identity?: FolderIdentity;
    }
  | { readonly way: 'put_previous'; readonly now: string; readonly before: string }
  /** `from` is where the change left it. */
  | { readonly way: 'move_back'; readonly from: PlaceRow; readonly to: PlaceRow }
  | { readonly way: 'restore_in_cloud' }
  | { readonly way: 'restore_version'; readonly now: string; readonly before: string }
  /** The item of the line is the kept copy; `winner` and its content before and after the choice are there where it changed. */
  | {
      readonly way: 'open_conflict';
      readonly keep: ConflictKeep;
      readonly winner: NodeId | null;
      readonly now: string;
      readonly before: string | null;
    }
  | { readonly way: 'choose_again'; readonly keep: ConflictKeep };

export type ConflictKeep = 'current' | 'copy' | 'both';

/** A line of the history with what it takes to undo it. */
export interface ActivityRow extends Omit<Activity, 'undo'> {
  readonly node: NodeId | null;
  readonly reversal: Reversal | null;
  /** The line that took it back. */
  readonly undoneBy: number | null;
  /** What it replaced or deleted here lies in the trash of this device. */
  readonly inTrash: boolean;
}
export interface NewActivity extends Omit<Activity, 'id' | 'undo' | 'undoes'> {
  readonly node?: NodeId | null;
  readonly reversal?: Reversal | null;
  readonly undoes?: number | null;
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
