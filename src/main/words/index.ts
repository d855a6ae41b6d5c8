import type { EngineState, Locale } from '../../contract/index.ts';
import { en } from './en.ts';
import { zhHans } from './zh-hans.ts';
import { zhHant } from './zh-hant.ts';

/** Every text outside the window: tray, menus, dialogs. Counts are functions, so that each language forms its own plural. */
export interface Words {
  readonly state: Readonly<Record<Exclude<EngineState, 'syncing'> | 'noRoom' | 'restarting' | 'failed', string>>;
  readonly upToDateBut: (items: number) => string;
  readonly looking: string;
  readonly sending: (count: number) => string;
  readonly receiving: (count: number) => string;
  readonly progress: (percent: number, left: string | null) => string;
  readonly pausedUntil: (time: string) => string;
  readonly openFolder: string;
  readonly open: string;
  readonly pause: string;
  readonly pauseHalfHour: string;
  readonly pauseHour: string;
  readonly pauseTomorrow: string;
  readonly pauseManual: string;
  readonly resume: string;
  readonly syncNow: string;
  readonly recent: string;
  readonly noRecent: string;
  readonly issues: (count: number) => string;
  readonly decisions: (count: number) => string;
  readonly startAgain: string;
  readonly settings: string;
  readonly quit: string;
  readonly pickFolder: string;
  readonly menuFile: string;
  readonly menuEdit: string;
  readonly menuView: string;
}

export const words: Readonly<Record<Locale, Words>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };
