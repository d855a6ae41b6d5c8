import {
  type AccountSettings,
  type SettingKey,
  type SettingValues,
  settingKeys,
  settings,
  TidemarkError,
  toErrorData,
} from '../../contract/index.ts';
import type { DriveApi } from '../remote/index.ts';
import type { AgreedSettings } from '../store/index.ts';
import type { SyncContext, SyncHooks } from './sync-context.ts';

/** More rounds than a person can change settings in while requests are under way. */
const MOST_ROUNDS = 3;

/** Those that make sense on every device; the others are of the machine. */
const FOLLOWING = settingKeys.filter((key) => settings[key].scope === 'account');

export interface SettingsContext extends Pick<SyncContext, 'store' | 'account' | 'environment'> {
  readonly drive: Pick<DriveApi, 'settings' | 'changeSettings'>;
  readonly hooks: Pick<SyncHooks, 'onLists'>;
}

/** What was agreed on with this account's cloud; null before the first time. */
export function agreedWith({ store, account }: Pick<SyncContext, 'store' | 'account'>): AgreedSettings | null {
  const agreed = store.agreedSettings();
  return agreed?.accountId === account.accountId ? agreed : null;
}

/**
 * Keeps the settings that follow the account the same here and in the cloud: merged key by key over what both agreed on. Of one
 * that was changed on two devices, the change that reaches the cloud later holds. On a device that is new to the account the
 * account's values hold, and what only the device has goes up.
 */
export class AccountSettingsSync {
  readonly #ctx: SettingsContext;

  constructor(ctx: SettingsContext) {
    this.#ctx = ctx;
  }

  /**
   * @param version that of the cloud's settings as it was just told
   * @param maySend false while paused
   * Never throws: settings hold up no file. What fails is done with the next read of the change feed.
   */
  async sync(version: string | null, maySend: boolean): Promise<void> {
    try {
      await this.#sync(version, maySend);
    } catch (error) {
      if (!(error instanceof TidemarkError)) this.#ctx.environment.log.error('settings were not synced', { ...toErrorData(error) });
    }
  }

  async #sync(version: string | null, maySend: boolean): Promise<void> {
    const { drive, account } = this.#ctx;
    const none: AgreedSettings = { accountId: account.accountId, version: null, values: {} };
    let known = version;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const kept = agreedWith(this.#ctx);
      if (kept === null && known !== null) {
        const cloud = await drive.settings();
        this.#take(cloud, none, () => true);
        known = cloud.version;
        continue;
      }
      const agreed = kept ?? none;
      const mine = maySend ? this.#changed(agreed.values) : {};
      const sends = Object.keys(mine).length > 0;
      if (!sends && known === agreed.version) return;
      const cloud = sends ? await drive.changeSettings(mine) : await drive.settings();
      // What a person changed while the request was under way is newer than what it says.
      this.#take(cloud, agreed, (key, here) => here === (mine[key] ?? agreed.values[key] ?? settings[key].initial));
      known = cloud.version;
    }
  }

  /** What this device has otherwise than agreed on. */
  #changed(agreed: SettingValues): SettingValues {
    const { store } = this.#ctx;
    return Object.fromEntries(
      FOLLOWING.flatMap((key) => (store.setting(key) === (agreed[key] ?? settings[key].initial) ? [] : [[key, store.setting(key)]])),
    );
  }

  #take(cloud: AccountSettings, agreed: AgreedSettings, gives: (key: SettingKey, here: unknown) => boolean): void {
    const { store, hooks } = this.#ctx;
    const values: Record<string, SettingValues[string]> = { ...agreed.values };
    const changed = store.transaction((write) => {
      let any = false;
      for (const key of FOLLOWING) {
        const theirs = cloud.values[key];
        const here = store.setting(key);
        if (theirs === undefined || !gives(key, here)) continue;
        const read = settings[key].schema.safeParse(theirs);
        // One that only another version of this program understands stays in the cloud, and is not replaced from here either.
        values[key] = read.success ? read.data : here;
        if (!read.success || read.data === here) continue;
        write.setSetting(key, read.data);
        any = true;
      }
      write.setAgreedSettings({ accountId: agreed.accountId, version: cloud.version, values });
      return any;
    });
    if (changed) hooks.onLists('settings');
  }
}
