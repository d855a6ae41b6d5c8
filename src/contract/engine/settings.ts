import { z } from 'zod';

/** Every setting: its type, its default, whether it follows the account (`everywhere`) or stays on this machine. */
export interface SettingDefinition {
  readonly schema: z.ZodType;
  readonly initial: unknown;
  readonly scope: 'machine' | 'everywhere';
  readonly about: string;
}

export const settings = {
  language: {
    schema: z.enum(['system', 'en', 'zh-Hans', 'zh-Hant']),
    initial: 'system',
    scope: 'everywhere',
    about: 'Language of the window and of messages',
  },
  theme: { schema: z.enum(['system', 'light', 'dark']), initial: 'system', scope: 'everywhere', about: 'Colours of the window' },
  'upload.limitKiBps': {
    schema: z.int().min(0).max(10_000_000),
    initial: 0,
    scope: 'machine',
    about: 'Upload limit in KiB a second; 0 is no limit',
  },
  'download.limitKiBps': {
    schema: z.int().min(0).max(10_000_000),
    initial: 0,
    scope: 'machine',
    about: 'Download limit in KiB a second; 0 is no limit',
  },
  'scan.intervalMinutes': { schema: z.int().min(1).max(1440), initial: 60, scope: 'machine', about: 'Full look at the folder, in minutes' },
  'ignore.rules': {
    schema: z.string().max(65_536),
    initial: '',
    scope: 'everywhere',
    about: 'What not to sync: lines of gitignore syntax, counted from the synced folder; a .tidemarkignore in it comes first',
  },
  'trash.keepDays': {
    schema: z.int().min(30).max(3650),
    initial: 30,
    scope: 'machine',
    about: 'Days that deleted and replaced files stay in the local trash',
  },
} as const satisfies Record<string, SettingDefinition>;

export type SettingKey = keyof typeof settings;
export type SettingValue<K extends SettingKey> = z.infer<(typeof settings)[K]['schema']>;
export const settingKeys = Object.keys(settings) as readonly SettingKey[];
export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settings, key);

export const settingRow = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  initial: z.union([z.string(), z.number(), z.boolean()]),
  scope: z.enum(['machine', 'everywhere']),
  about: z.string(),
});
export type SettingRow = z.infer<typeof settingRow>;
