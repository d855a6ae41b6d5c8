import { z } from 'zod';
import { id128 } from '../primitives.ts';

export const MAX_ACCOUNT_SETTINGS = 200;
/** All of them together, as JSON: every device reads them whole. */
export const MAX_ACCOUNT_SETTINGS_BYTES = 64 * 1024;
const settingKey = z.string().regex(/^[a-z][A-Za-z0-9.]{0,99}$/, 'must be the key of a setting');
const settingValue = z.union([z.string().max(4096), z.number(), z.boolean()]);
export const settingValues = z.record(settingKey, settingValue);

/** What an account keeps of its settings, the same for all its devices. The cloud knows nothing of what they mean. */
export const accountSettings = z.object({
  /** Another one with each change; null: nothing was ever kept. */
  version: id128.nullable(),
  values: settingValues,
});

/** These keys are set, and the others stay: of two devices that change the same one, the later holds. */
export const settingChanges = z.object({
  values: settingValues.refine((values) => Object.keys(values).length <= MAX_ACCOUNT_SETTINGS, {
    message: `must be ${String(MAX_ACCOUNT_SETTINGS)} at most`,
  }),
});

export type SettingValues = z.infer<typeof settingValues>;
export type AccountSettings = z.infer<typeof accountSettings>;
