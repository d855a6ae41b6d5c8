import { type ReactElement, useEffect, useState } from 'react';
import { Field } from '../components/field.tsx';
import { useWords } from '../i18n/use-words.ts';

/** The ignore rules of the settings. Sent when the field is left: half a pattern is no rule. */
export function IgnoreRules({ value, set }: { readonly value: string; readonly set: (value: string) => void }): ReactElement {
  const { t } = useWords();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <section className="card form-card" aria-labelledby="rules">
      <h2 id="rules">{t('settings.folders')}</h2>
      <Field label={t('settings.ignoreRules')} help={t('settings.ignoreRulesHelp')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={6}
            spellCheck={false}
            dir="ltr"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => text !== value && set(text)}
          />
        )}
      </Field>
    </section>
  );
}
