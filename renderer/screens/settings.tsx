import { LogOut } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type SettingValue, locales } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { Page } from '../components/page.tsx';
import { useAction } from '../components/use-action.ts';
import { useSetting } from '../components/use-setting.ts';
import { localeNames } from '../i18n/locale.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStatus, useStores } from '../stores/index.ts';
import { IgnoreRules } from './settings-rules.tsx';

/** What can be changed, and whose device this is. */
export function SettingsScreen(): ReactElement {
  const { t } = useWords();
  const { settings } = useStores();
  const values = useStore(settings, (state) => state.values);
  const change = useSetting();
  return (
    <Page title={t('settings.title')}>
      <ErrorNotice error={change.error} onDismiss={change.dismiss} />
      <section className="card form-card" aria-labelledby="general">
        <h2 id="general">{t('settings.general')}</h2>
        <Field label={t('settings.language')}>
          {(ids) => (
            <select
              {...ids}
              value={values.language}
              onChange={(event) => change.set('language', event.target.value as SettingValue<'language'>)}
            >
              <option value="system">{t('settings.system')}</option>
              {locales.map((locale) => (
                <option key={locale} value={locale} lang={locale}>
                  {localeNames[locale]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('settings.theme')}>
          {(ids) => (
            <select {...ids} value={values.theme} onChange={(event) => change.set('theme', event.target.value as SettingValue<'theme'>)}>
              <option value="system">{t('settings.system')}</option>
              <option value="light">{t('settings.light')}</option>
              <option value="dark">{t('settings.dark')}</option>
            </select>
          )}
        </Field>
      </section>
      <section className="card form-card" aria-labelledby="network">
        <h2 id="network">{t('settings.network')}</h2>
        <Limit
          label={t('settings.uploadLimit')}
          value={values['upload.limitKiBps']}
          set={(value) => change.set('upload.limitKiBps', value)}
        />
        <Limit
          label={t('settings.downloadLimit')}
          value={values['download.limitKiBps']}
          set={(value) => change.set('download.limitKiBps', value)}
        />
      </section>
      <IgnoreRules value={values['ignore.rules']} set={(value) => change.set('ignore.rules', value)} />
      <Account />
    </Page>
  );
}

/** Sent when the field is left or Enter is pressed, not with every digit. */
function Limit({
  label,
  value,
  set,
}: {
  readonly label: string;
  readonly value: number;
  readonly set: (value: number) => void;
}): ReactElement {
  const { t } = useWords();
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const send = (): void => {
    const number = Math.max(0, Math.round(Number(text)));
    if (!Number.isSafeInteger(number)) setText(String(value));
    else if (number !== value) set(number);
  };
  return (
    <Field label={label} help={t('settings.limitHelp')}>
      {(ids) => (
        <input
          {...ids}
          type="number"
          inputMode="numeric"
          min={0}
          step={64}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={send}
          onKeyDown={(event) => event.key === 'Enter' && send()}
        />
      )}
    </Field>
  );
}

function Account(): ReactElement | null {
  const { t } = useWords();
  const { session } = useStores();
  const account = useStatus((status) => status?.account ?? null);
  const folder = useStatus((status) => status?.folder ?? null);
  const signOut = useAction(() => session.ask('account.signOut', {}));
  if (account === null) return null;
  const facts = [
    ['email', account.label],
    ['device', account.deviceName],
    ['server', account.server],
    ['region', t(`account.region.${account.region}`)],
    ['folder', folder?.path ?? '–'],
  ] as const;
  return (
    <section className="card form-card" aria-labelledby="account">
      <h2 id="account">{t('settings.account')}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`settings.${name}`)}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <div className="buttons">
        <Button icon={LogOut} busy={signOut.busy} onClick={signOut.run}>
          {t('settings.signOut')}
        </Button>
        <p className="muted small">{t('settings.signOutHint')}</p>
      </div>
      <ErrorNotice error={signOut.error} onDismiss={signOut.dismiss} />
    </section>
  );
}
