import type { ReactElement } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useSetting } from '../../components/use-setting.ts';
import { locales } from '../../../src/contract/index.ts';
import { localeNames } from '../../i18n/locale.ts';
import { useWords } from '../../i18n/use-words.ts';
import { useStores } from '../../stores/index.ts';
import { StepFrame } from './step-frame.tsx';

/** Each language in its own name; the window follows at once. */
export function LanguageStep(): ReactElement {
  const { t, locale } = useWords();
  const { setup } = useStores();
  const change = useSetting();
  return (
    <StepFrame
      title={t('setup.language.title')}
      hint={t('setup.language.hint')}
      submit={t('setup.next')}
      onSubmit={() => {
        change.set('language', locale);
        setup.go('cloud');
      }}
    >
      <fieldset className="choices">
        <legend className="visually-hidden">{t('settings.language')}</legend>
        {locales.map((name) => (
          <label key={name} className="choice" lang={name}>
            <input type="radio" name="language" value={name} checked={locale === name} onChange={() => change.set('language', name)} />
            <span className="choice-title">{localeNames[name]}</span>
          </label>
        ))}
      </fieldset>
      <ErrorNotice error={change.error} />
    </StepFrame>
  );
}
