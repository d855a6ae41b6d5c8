import { minuteMs } from '../base/index.ts';
import { type EngineState, type SpeedLimit, type Status, errorKind, isLackOfRoom } from '../contract/index.ts';
import { keptLines, needLines, speedText } from './room-text.ts';
import { errorLine } from './language.ts';
import { count, plain, size, when } from './text.ts';

const states: Readonly<Record<EngineState, string>> = {
  not_set_up: 'Not set up',
  starting: 'Starting',
  up_to_date: 'Up to date',
  syncing: 'Syncing',
  paused: 'Paused',
  offline: 'Offline',
  attention: 'Needs attention',
  error: 'Stopped by an error',
};

/** How far a sync is, in one line. */
export function progressText(status: Status): string {
  if (status.reason !== null && isLackOfRoom(status.reason)) return 'Out of room';
  if (status.state === 'up_to_date' && status.issues > 0) return `${states.up_to_date}, but for ${count(status.issues, 'item')}`;
  if (status.state === 'error' && status.reason !== null && errorKind(status.reason.code).reaction === 'sign_in') return 'Signed out';
  return status.state === 'syncing' ? underWay(status) : states[status.state];
}

function underWay(status: Status): string {
  const parts = [
    ...way('up', status.upload, status.uploadLimit),
    ...way('down', status.download, status.downloadLimit),
    ...(status.etaMs === null ? [] : [`${Math.ceil(status.etaMs / 1000)} s left`]),
  ];
  return [states.syncing, ...parts].join(', ');
}

/** Nothing that Tidemark does goes by it; what people read, and certificates do. */
function clockText(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / minuteMs);
  const off =
    minutes < 120
      ? count(minutes, 'minute')
      : minutes < 2880
        ? count(Math.round(minutes / 60), 'hour')
        : count(Math.round(minutes / 1440), 'day');
  return `The clock of this computer is ${off} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the cloud: set it right.`;
}

function way(name: string, progress: Status['upload'], limit: SpeedLimit | null): readonly string[] {
  if (progress.totalFiles === 0) return [];
  const speed = [`${size(progress.bytesPerSecond)}/s`, speedText(progress.bytesPerSecond, limit)].filter((part) => part !== '').join(' ');
  return [`${progress.files}/${progress.totalFiles} ${name} (${size(progress.bytes)} of ${size(progress.totalBytes)}, ${speed})`];
}

/** The status in a few lines. */
export function statusText(status: Status): string {
  const needs = [
    ...(status.questions === 0 ? [] : [`${count(status.questions, 'question waits', 'questions wait')}: tidemark questions list`]),
    ...(status.conflicts === 0 ? [] : [`${count(status.conflicts, 'conflict')}: tidemark conflicts list`]),
    ...(status.issues === 0 ? [] : [`${count(status.issues, 'item is', 'items are')} not synced: tidemark issues`]),
    ...(status.skipped === 0 ? [] : [`${count(status.skipped, 'item')} skipped (links and special files): tidemark issues`]),
  ];
  const paused = status.pausedUntil === null ? 'Paused until you resume' : `Paused until ${when(status.pausedUntil)}`;
  return [
    status.state === 'paused' ? paused : progressText(status),
    // Whatever is more urgent hides neither that something is sent nor that nothing syncs.
    ...(status.transfers.length > 0 && status.state !== 'syncing' ? [underWay(status)] : []),
    ...(status.paused && status.state !== 'paused' ? [`${paused}.`] : []),
    ...(status.offline !== null && status.state !== 'offline'
      ? [`Offline: ${plain(errorLine(status.offline))} [${status.offline.code}]`]
      : []),
    ...(status.reason === null ? [] : [`${plain(errorLine(status.reason))} [${status.reason.code}]`]),
    ...needLines(status.waitingForRoom),
    ...(status.clockAheadMs === null ? [] : [clockText(status.clockAheadMs)]),
    ...(status.account === null
      ? ['Not signed in.']
      : [`Account ${plain(status.account.label)} (${status.account.region}) at ${plain(status.account.server)}`]),
    ...(status.folder === null ? ['No folder.'] : [`Folder  ${plain(status.folder.path)} (${count(status.items, 'item')})`]),
    ...keptLines(status.keptUntil),
    ...needs,
  ].join('\n');
}
