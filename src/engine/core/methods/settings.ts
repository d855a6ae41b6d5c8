import { isSettingKey, type SettingKey, type SettingRow, settingKeys, settings, TidemarkError } from '../../../contract/index.ts';
import { MAX_PATTERNS, MAX_WILDCARDS, parseRules } from '../../ignore/index.ts';
import { ROOT_ID } from '../../model/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

export function settingMethods(engine: TidemarkEngine): Handlers<'settings.list' | 'settings.set'> {
  const { store } = engine;
  const row = (key: SettingKey): SettingRow => {
    const { initial, about, scope } = settings[key];
    return { key, value: store.setting(key), initial, about, scope };
  };
  return {
    'settings.list': () => Promise.resolve({ settings: settingKeys.map(row) }),
    'settings.set': ({ key, value }) => {
      if (!isSettingKey(key)) throw new TidemarkError('invalid_request', { field: 'key', problem: `there is no setting ${key}` });
      const parsed = settings[key].schema.safeParse(value);
      if (!parsed.success) throw new TidemarkError('invalid_request', { field: key, problem: parsed.error.issues[0]?.message ?? '' });
      if (key === 'ignore.rules') requireGoodRules(String(parsed.data));
      const judgedAnew = store.transaction((write) => {
        write.setSetting(key, parsed.data);
        return key === 'ignore.rules' ? engine.scopes.review([ROOT_ID]) : [];
      });
      // What a person decided outlives a power cut.
      store.sync();
      if (key === 'ignore.rules') engine.run?.judgedAnew(judgedAnew);
      engine.run?.applySettings();
      if (settings[key].scope === 'account') engine.accountSettingsChanged();
      engine.publisher.lists('settings');
      return Promise.resolve(row(key));
    },
  };
}

/** A pattern that can never match is a mistake of the one who is here to mend it. */
function requireGoodRules(text: string): void {
  const {
    bad: [bad],
    tooMany,
  } = parseRules(text);
  if (tooMany) {
    const most = `${String(MAX_PATTERNS)} patterns, ${String(MAX_WILDCARDS)} of them with wildcards, are the most`;
    throw new TidemarkError('invalid_request', { field: 'ignore.rules', problem: most });
  }
  if (bad !== undefined)
    throw new TidemarkError('invalid_request', { field: 'ignore.rules', problem: `line ${String(bad.line)} can never match: ${bad.text}` });
}
