import {
  type Activity,
  type EngineProcessState,
  type EngineState,
  type ErrorData,
  type Locale,
  type Status,
  type WindowPlace,
  errorText,
  isLackOfRoom,
} from '../contract/index.ts';
import { baseName, hourMs, minuteMs } from '../base/index.ts';
import { type Words, words as allWords } from './words/index.ts';

export type TrayAction =
  | { readonly type: 'open_folder' }
  | { readonly type: 'open'; readonly place: WindowPlace }
  | { readonly type: 'pause'; readonly forMs: number | 'tomorrow' | null }
  | { readonly type: 'resume' }
  | { readonly type: 'sync_now' }
  | { readonly type: 'show'; readonly path: string }
  | { readonly type: 'restart_engine' }
  | { readonly type: 'quit' };

export type TrayEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: TrayAction }
  | { readonly kind: 'menu'; readonly label: string; readonly entries: readonly TrayEntry[] };

export interface TrayView {
  /** Name of the picture in resources/tray. */
  readonly icon: EngineState;
  readonly tooltip: string;
  readonly menu: readonly TrayEntry[];
}

export interface TrayInput {
  readonly process: EngineProcessState;
  /** The last status known, or null before the first. */
  readonly status: Status | null;
  /** Latest first. */
  readonly recent: readonly Activity[];
  readonly locale: Locale;
}

const RECENT = 5;
const separator: TrayEntry = { kind: 'separator' };
const action = (label: string, act: TrayAction): TrayEntry => ({ kind: 'action', label, action: act });

/** What the tray shows: picture, tooltip and menu follow from what is known and from nothing else. */
export function trayView({ process, status, recent, locale }: TrayInput): TrayView {
  const words = allWords[locale];
  if (process.kind === 'failed') return broken(words, process.error, locale);
  if (process.kind !== 'running' || status === null) {
    const line = process.kind === 'restarting' ? words.state.restarting : words.state.starting;
    return { icon: 'starting', tooltip: `Tidemark: ${line}`, menu: [{ kind: 'text', label: line }, separator, ...ending(words)] };
  }
  const lines = statusLines(status, words, locale);
  return { icon: status.state, tooltip: ['Tidemark', ...lines].join('\n'), menu: menuOf(status, lines, recent, words) };
}

function broken(words: Words, error: ErrorData | null, locale: Locale): TrayView {
  const why: readonly TrayEntry[] = error === null ? [] : [{ kind: 'text', label: errorText(error, locale).problem }];
  return {
    icon: 'error',
    tooltip: `Tidemark: ${words.state.failed}`,
    menu: [
      { kind: 'text', label: words.state.failed },
      ...why,
      action(words.startAgain, { type: 'restart_engine' }),
      separator,
      ...ending(words),
    ],
  };
}

function menuOf(status: Status, lines: readonly string[], recent: readonly Activity[], words: Words): readonly TrayEntry[] {
  const decisions = status.questions + status.conflicts;
  const set = status.folder !== null && status.account !== null;
  return [
    ...lines.map((label): TrayEntry => ({ kind: 'text', label })),
    separator,
    ...(status.folder === null ? [] : [action(words.openFolder, { type: 'open_folder' })]),
    action(words.open, { type: 'open', place: 'overview' }),
    ...(set
      ? [
          separator,
          status.paused ? action(words.resume, { type: 'resume' }) : pauseMenu(words),
          action(words.syncNow, { type: 'sync_now' }),
          separator,
          recentMenu(recent, words),
        ]
      : []),
    ...(decisions > 0
      ? [action(words.decisions(decisions), { type: 'open', place: status.questions > 0 ? 'overview' : 'conflicts' })]
      : []),
    ...(status.issues > 0 ? [action(words.issues(status.issues), { type: 'open', place: 'issues' })] : []),
    separator,
    action(words.settings, { type: 'open', place: 'settings' }),
    action(words.quit, { type: 'quit' }),
  ];
}

const ending = (words: Words): readonly TrayEntry[] => [
  action(words.open, { type: 'open', place: 'overview' }),
  action(words.quit, { type: 'quit' }),
];

const pauseMenu = (words: Words): TrayEntry => ({
  kind: 'menu',
  label: words.pause,
  entries: [
    action(words.pauseHalfHour, { type: 'pause', forMs: 30 * minuteMs }),
    action(words.pauseHour, { type: 'pause', forMs: hourMs }),
    action(words.pauseTomorrow, { type: 'pause', forMs: 'tomorrow' }),
    action(words.pauseManual, { type: 'pause', forMs: null }),
  ],
});

const recentMenu = (recent: readonly Activity[], words: Words): TrayEntry => ({
  kind: 'menu',
  label: words.recent,
  entries:
    recent.length === 0
      ? [{ kind: 'text', label: words.noRecent }]
      : recent.slice(0, RECENT).map(({ path }) => action(baseName(path), { type: 'show', path })),
});

/** The state in a line; while syncing, a line each way and one for how far it is. */
function statusLines(status: Status, words: Words, locale: Locale): readonly string[] {
  switch (status.state) {
    case 'syncing':
      return syncingLines(status, words, locale);
    case 'paused':
      return [status.pausedUntil === null ? words.state.paused : words.pausedUntil(timeOf(status.pausedUntil, locale))];
    case 'error':
    case 'attention': {
      const { reason } = status;
      if (reason === null) return [words.state[status.state]];
      return [words.state[isLackOfRoom(reason) ? 'noRoom' : status.state], errorText(reason, locale).problem];
    }
    case 'up_to_date':
      return [status.issues === 0 ? words.state.up_to_date : words.upToDateBut(status.issues)];
    default:
      return [words.state[status.state]];
  }
}

function syncingLines({ upload, download, etaMs }: Status, words: Words, locale: Locale): readonly string[] {
  const up = upload.totalFiles - upload.files;
  const down = download.totalFiles - download.files;
  const lines = [...(up > 0 ? [words.sending(up)] : []), ...(down > 0 ? [words.receiving(down)] : [])];
  if (lines.length === 0) return [words.looking];
  const total = upload.totalBytes + download.totalBytes;
  if (total === 0) return lines;
  return [
    ...lines,
    words.progress(Math.floor((100 * (upload.bytes + download.bytes)) / total), etaMs === null ? null : spanOf(etaMs, locale)),
  ];
}

const timeOf = (ms: number, locale: Locale): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);

function spanOf(ms: number, locale: Locale): string {
  const [unit, value] =
    ms < minuteMs
      ? (['second', Math.max(1, Math.round(ms / 1000))] as const)
      : ms < hourMs
        ? (['minute', Math.round(ms / minuteMs)] as const)
        : (['hour', Math.round(ms / hourMs)] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}
