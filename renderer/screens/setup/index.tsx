import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { Logo } from '../../components/logo.tsx';
import { Tide } from '../../components/tide.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useStores } from '../../stores/index.ts';
import { type SetupStep, setupSteps } from '../../stores/setup.ts';
import { AccountStep } from './account-step.tsx';
import { CloudStep } from './cloud-step.tsx';
import { DoneStep } from './done-step.tsx';
import { FolderStep } from './folder-step.tsx';
import { LanguageStep } from './language-step.tsx';

const screens: Readonly<Record<SetupStep, () => ReactElement>> = {
  language: LanguageStep,
  cloud: CloudStep,
  account: AccountStep,
  folder: FolderStep,
  done: DoneStep,
};

/** First run: from nothing to a folder that is kept in step. Left and opened again, it goes on where it was. */
export function Setup(): ReactElement {
  const { t } = useWords();
  const { setup } = useStores();
  const step = useStore(setup, (state) => state.step);
  const at = setupSteps.indexOf(step);
  const Step = screens[step];
  return (
    <div className="setup">
      <aside className="setup-side">
        <div className="setup-brand">
          <Logo size={56} />
          <p className="setup-name">{t('app.name')}</p>
          <p>{t('setup.tagline')}</p>
        </div>
        <ol className="steps" aria-label={t('setup.steps')}>
          {setupSteps.map((name, index) => (
            <li
              key={name}
              aria-current={index === at ? 'step' : undefined}
              className={index < at ? 'step step-done' : index === at ? 'step step-now' : 'step'}
            >
              <span className="step-mark" aria-hidden>
                {index < at ? <Check className="icon icon-small" /> : index + 1}
              </span>
              <span>{t(`setup.step.${name}`)}</span>
              {index < at && <span className="visually-hidden">{t('setup.stepDone')}</span>}
            </li>
          ))}
        </ol>
        <Tide level={(at + 1) / setupSteps.length} moving={false} />
      </aside>
      <main id="content" className="setup-main" aria-label={t('setup.title')}>
        <div className="setup-card">
          <Step key={step} />
        </div>
      </main>
    </div>
  );
}
