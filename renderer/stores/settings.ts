import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ErrorData, type SettingKey, type SettingValue, isSettingKey, settings } from '../../src/contract/index.ts';
import { type Result, ok } from '../../src/base/index.ts';
import type { Session } from '../api/session.ts';
import { followList } from './follow-lists.ts';

export type SettingValues = { readonly [K in SettingKey]: SettingValue<K> };

export interface SettingsState {
  readonly loaded: boolean;
  readonly values: SettingValues;
}

export interface SettingsStore extends StoreApi<SettingsState> {
  /** Shows the value at once; takes it back when the engine refuses it. */
  set<K extends SettingKey>(key: K, value: SettingValue<K>): Promise<Result<unknown, ErrorData>>;
}

const initial = Object.fromEntries(Object.entries(settings).map(([key, { initial: value }]) => [key, value])) as SettingValues;

export function createSettingsStore(session: Session): SettingsStore {
  const store = createStore<SettingsState>(() => ({ loaded: false, values: initial }));
  /** Changes that the engine has not answered yet; what it says meanwhile may be older than they are. */
  let underWay = 0;
  let changes = 0;

  async function reload(): Promise<void> {
    const before = changes;
    const answer = await session.ask('settings.list', {});
    if (!answer.ok || underWay > 0 || changes !== before) return;
    const values: Record<string, unknown> = { ...initial };
    for (const { key, value } of answer.value.settings) {
      // A newer engine may know settings that this window does not; a value that does not fit is left at its default.
      if (isSettingKey(key) && settings[key].schema.safeParse(value).success) values[key] = value;
    }
    store.setState({ loaded: true, values: values as SettingValues });
  }
  followList(session, 'settings', () => void reload());

  return Object.assign(store, {
    async set<K extends SettingKey>(key: K, value: SettingValue<K>) {
      store.setState(({ values }) => ({ values: { ...values, [key]: value } }));
      changes += 1;
      underWay += 1;
      const answer = await session.ask('settings.set', { key, value });
      underWay -= 1;
      if (underWay === 0) await reload();
      return answer.ok ? ok(undefined) : answer;
    },
  });
}
