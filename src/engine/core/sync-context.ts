import type { ErrorData, SpeedLimit, SyncReport } from '../../contract/index.ts';
import type { Mutex } from '../apply/index.ts';
import type { Environment } from '../environment.ts';
import type { NodeId } from '../model/index.ts';
import type { DriveApi } from '../remote/index.ts';
import type { StatusEvent } from '../status/index.ts';
import type { AccountRow, ActivityRow, FolderRow, Store } from '../store/index.ts';
import type { ScopeKeeper } from './scope-keeper.ts';

export type ChangedList = 'files' | 'issues' | 'questions' | 'conflicts' | 'folders' | 'settings';

/** What a running sync tells the engine. */
export interface SyncHooks {
  readonly onStatus: (event: StatusEvent) => void;
  readonly onActivity: (entry: ActivityRow) => void;
  readonly onLists: (...lists: readonly ChangedList[]) => void;
  /** The most that may go up and down from now on. */
  readonly onLimits: (up: SpeedLimit | null, down: SpeedLimit | null) => void;
  /** What the other devices are to know of this one; undefined while that is not known here either. */
  readonly report: () => SyncReport | undefined;
}

/** What the loops of one running sync share. */
export interface SyncContext {
  readonly environment: Environment;
  readonly store: Store;
  readonly drive: DriveApi;
  readonly account: AccountRow;
  readonly folder: FolderRow;
  /** What this device keeps its hands off. */
  readonly scopes: ScopeKeeper;
  readonly treeLock: Mutex;
  readonly hooks: SyncHooks;
  /** Fires once, at stop. */
  readonly stopping: AbortSignal;
  /** Items to be planned. */
  readonly dirty: (ids: Iterable<NodeId>) => void;
  /** Something may have been written and not told: all that differs is planned again once a look succeeds. */
  readonly doubt: (error: unknown) => void;
}

/** Errors that speak of the connection or the whole account, not of the item whose turn it was. */
export function isAboutConnection({ code }: ErrorData): boolean {
  switch (code) {
    case 'cloud_unreachable':
    case 'cloud_timeout':
    case 'cloud_unavailable':
    case 'cloud_failed':
    case 'cloud_certificate':
    case 'not_tidemark':
    case 'rate_limited':
    case 'client_too_old':
    case 'not_signed_in':
    case 'session_expired':
    case 'access_expired':
    case 'device_revoked':
    case 'no_such_account':
      return true;
    default:
      return false;
  }
}

/** Errors of the database of this device, met where the cloud was asked. */
export function isAboutDatabase({ code }: ErrorData): boolean {
  return ['database_broken', 'profile_in_use', 'profile_not_writable', 'disk_full', 'disk_failed'].includes(code);
}
