import { z } from 'zod';
import { sizeBytes, timeMs } from '../primitives.ts';
import { region } from '../cloud/account.ts';
import { errorData } from '../error-data.ts';

/** What the tray shows; exactly one at a time, the first that applies from the bottom of this list. */
export const engineState = z.enum(['not_set_up', 'starting', 'up_to_date', 'syncing', 'paused', 'offline', 'attention', 'error']);

export const direction = z.enum(['up', 'down']);

export const transfer = z.object({
  path: z.string(),
  direction,
  doneBytes: sizeBytes,
  totalBytes: sizeBytes,
});

const progress = z.object({
  files: z.int().min(0),
  totalFiles: z.int().min(0),
  bytes: sizeBytes,
  totalBytes: sizeBytes,
  bytesPerSecond: z.number().min(0),
});

/** The most that may go one way. */
export const speedLimit = z.object({ bytesPerSecond: z.number().min(1), by: z.enum(['plan', 'settings']) });

/** Files that wait for room in the cloud. */
export const roomNeed = z.object({
  files: z.int().min(0),
  bytes: sizeBytes,
  /** What has to be freed for all of them to fit. */
  neededBytes: sizeBytes,
});

export const status = z.object({
  /** Grows by one with every patch. A gap means: ask for a new snapshot. */
  revision: z.int().min(0),
  state: engineState,
  /** Why the state is offline, attention or error. */
  reason: errorData.nullable(),
  account: z.object({ label: z.string(), region, deviceName: z.string(), server: z.string() }).nullable(),
  folder: z.object({ path: z.string() }).nullable(),
  /** Since the engine was last idle; zeros when idle. */
  upload: progress,
  download: progress,
  /** The lower of the plan's cap and of what the settings say; null: neither. */
  uploadLimit: speedLimit.nullable(),
  downloadLimit: speedLimit.nullable(),
  etaMs: z.number().min(0).nullable(),
  scanning: z.boolean(),
  /** Items that should sync and do not. */
  issues: z.int().min(0),
  /** Links, devices and the like: listed with the issues, for information. */
  skipped: z.int().min(0),
  waitingForRoom: roomNeed.nullable(),
  conflicts: z.int().min(0),
  questions: z.int().min(0),
  /** Items known in the folder. */
  items: z.int().min(0),
  /** Also while the state says something more urgent. */
  paused: z.boolean(),
  offline: errorData.nullable().describe('why the cloud cannot be used now, whatever else there is'),
  pausedUntil: timeMs.nullable().describe('null when not paused or until resumed'),
  lastSyncedAt: timeMs.nullable(),
  keptUntil: timeMs
    .nullable()
    .describe('until when the cloud keeps the documents without sign-in or sync, as it last said; null: for ever'),
  clockAheadMs: z.int().nullable().describe('of the cloud; negative when behind; null while the clock is right enough'),
  /** At most 20, the largest first. */
  transfers: z.array(transfer).max(20),
});

export const statusPatch = status.partial().required({ revision: true });

export type SpeedLimit = z.infer<typeof speedLimit>;
export type RoomNeed = z.infer<typeof roomNeed>;
export type EngineState = z.infer<typeof engineState>;
export type Status = z.infer<typeof status>;
export type StatusPatch = z.infer<typeof statusPatch>;
export type TransferProgress = z.infer<typeof transfer>;
