import type { ErrorData, Region, RoomNeed, SpeedLimit } from '../../contract/index.ts';
import type { Amount } from './lane.ts';

/** What happens in the engine, as far as the status shows it. `at` is monotonic ms unless it says otherwise. */
export type StatusEvent =
  | { readonly type: 'account'; readonly account: { label: string; region: Region; deviceName: string; server: string } | null }
  /** The cloud refuses this device (session_expired, device_revoked, …); null once it takes it again. */
  | { readonly type: 'sign_in'; readonly error: ErrorData | null }
  | { readonly type: 'folder'; readonly path: string | null }
  /** folder_missing, folder_unreadable, folder_replaced, folder_not_writable; null once it is there again. */
  | { readonly type: 'folder_state'; readonly error: ErrorData | null }
  /** The engine cannot go on. */
  | { readonly type: 'engine_error'; readonly error: ErrorData | null }
  | { readonly type: 'online' }
  /** How far the clock of this machine is ahead of the cloud's, in ms. */
  | { readonly type: 'clock'; readonly aheadMs: number }
  | { readonly type: 'offline'; readonly reason: ErrorData }
  /** `until`: wall clock; null until resumed. */
  | { readonly type: 'paused'; readonly until: number | null }
  | { readonly type: 'resumed' }
  /** The most that may go each way; null: no limit. */
  | { readonly type: 'limits'; readonly up: SpeedLimit | null; readonly down: SpeedLimit | null }
  /** Until when the cloud keeps the documents without sign-in or sync; null: for ever. */
  | { readonly type: 'kept_until'; readonly at: number | null }
  | { readonly type: 'scan_started' }
  | { readonly type: 'scan_ended' }
  /** Disk and cloud were both looked at since the start. */
  | { readonly type: 'ready' }
  /** Transfers still to be done after planning, those under way included. */
  | { readonly type: 'planned'; readonly upload: Amount; readonly download: Amount }
  /** An operation that changes something; `direction` null when it moves no content. `id` is unique while it runs. */
  | {
      readonly type: 'op_started';
      readonly id: string;
      readonly path: string;
      readonly direction: 'up' | 'down' | null;
      readonly totalBytes: number;
    }
  /** `doneBytes` of this operation so far, not since the last event. */
  | { readonly type: 'op_progress'; readonly id: string; readonly doneBytes: number; readonly at: number }
  | { readonly type: 'op_finished'; readonly id: string; readonly succeeded: boolean; readonly at: number }
  /**
   * Nothing more can be done now: all is in step, or what is left waits (issues, questions, retries). Ends "syncing" and
   * begins the progress anew. `at`: wall clock; `complete` when nothing is left that should sync.
   */
  | { readonly type: 'settled'; readonly at: number; readonly complete: boolean }
  | {
      readonly type: 'counts';
      readonly issues: number;
      /** Listed for information only. */
      readonly skipped: number;
      readonly attention: number;
      /** quota_exceeded or disk_full while something waits for room. */
      readonly room: ErrorData | null;
      /** Files that wait for room in the cloud. */
      readonly waitingForRoom: RoomNeed | null;
      readonly conflicts: number;
      readonly questions: number;
      /** One of the questions is whether both sides may be merged: nothing syncs until it is answered. */
      readonly firstMerge: boolean;
      readonly items: number;
    };
