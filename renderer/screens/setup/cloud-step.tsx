import { HardDrive, Server } from 'lucide-react';
import type { ReactElement } from 'react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { Field } from '../../components/field.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useStores } from '../../stores/index.ts';
import { isServerAddress } from '../../stores/setup.ts';
import { StepFrame } from './step-frame.tsx';

/** The cloud on this computer, or one on a server. */
export function CloudStep(): ReactElement {
  const { t } = useWords();
  const { setup } = useStores();
  const { cloud, ownServer, embedded } = useStore(setup);
  const [tried, setTried] = useState(false);
  const fault = cloud === 'own' && tried && !isServerAddress(ownServer) ? t('setup.cloud.addressInvalid') : null;
  const choices = [
    ...(embedded === null
      ? []
      : [{ value: 'embedded', icon: HardDrive, title: t('setup.cloud.embedded'), hint: t('setup.cloud.embeddedHint') } as const]),
    { value: 'own', icon: Server, title: t('setup.cloud.own'), hint: t('setup.cloud.ownHint') } as const,
  ];
  return (
    <StepFrame
      title={t('setup.cloud.title')}
      hint={t('setup.cloud.hint')}
      submit={t('setup.next')}
      onBack={() => setup.go('language')}
      onSubmit={() => {
        setTried(true);
        if (cloud === 'embedded' || isServerAddress(ownServer)) setup.go('account');
      }}
    >
      <fieldset className="choices">
        <legend className="visually-hidden">{t('setup.cloud.title')}</legend>
        {choices.map(({ value, icon: Icon, title, hint }) => (
          <label key={value} className="choice">
            <input type="radio" name="cloud" value={value} checked={cloud === value} onChange={() => setup.change({ cloud: value })} />
            <Icon aria-hidden className="icon choice-icon" />
            <span>
              <span className="choice-title">{title}</span>
              <span className="muted small choice-hint">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {cloud === 'own' && (
        <Field label={t('setup.cloud.address')} help={t('setup.cloud.addressHelp')} fault={fault}>
          {(ids) => (
            <input
              {...ids}
              type="url"
              inputMode="url"
              autoComplete="url"
              spellCheck={false}
              value={ownServer}
              onChange={(event) => setup.change({ ownServer: event.target.value })}
            />
          )}
        </Field>
      )}
    </StepFrame>
  );
}
