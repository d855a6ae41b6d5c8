import { z } from 'zod';

export const settingScope = z.enum(['account', 'device']);
export type SettingScope = z.infer<typeof settingScope>;

/** Every setting: its type, its default, and whether it follows the account to all its devices or is of this machine. */
export interface SettingDefinition {
  readonly scope: SettingScope;
  readonly schema: z.ZodType;
  readonly initial: unknown;
  readonly about: string;
}

export const settings = {
  language: {
    scope: 'account',
    schema: z.enum(['system', 'en', 'zh-Hans', 'zh-Hant']),
    initial: 'system',
    about: 'Language of the window and of messages',
  },
  theme: { scope: 'account', schema: z.enum(['system', 'light', 'dark']), initial: 'system', about: 'Colours of the window' },
  'upload.limitKiBps': {
    scope: 'device',
    schema: z.int().min(0).max(10_000_000),
    initial: 0,
    about: 'Upload limit in KiB a second; 0 is no limit',
  },
  'download.limitKiBps': {
    scope: 'device',
    schema: z.int().min(0).max(10_000_000),
    initial: 0,
    about: 'Download limit in KiB a second; 0 is no limit',
  },
  'scan.intervalMinutes': { scope: 'device', schema: z.int().min(1).max(1440), initial: 60, about: 'Full look at the folder, in minutes' },
  'ignore.rules': {
    scope: 'device',
    schema: z.string().max(65_536),
    initial: '',
    about:
      'What this device does not sync: lines of gitignore syntax, counted from the synced folder; a .tidemarkignore in it comes first, and holds on every device',
  },
  'trash.keepDays': {
    scope: 'account',
    schema: z.int().min(30).max(3650),
    initial: 30,
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
  about: z.string(),
  scope: settingScope.describe('account: the same on all devices of the account'),
});
export type SettingRow = z.infer<typeof settingRow>;
