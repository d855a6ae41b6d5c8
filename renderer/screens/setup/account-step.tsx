import { Eye, EyeOff } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useStore } from 'zustand';
import { MIN_PASSWORD_LENGTH } from '../../../src/contract/index.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useStores } from '../../stores/index.ts';
import { serverOf } from '../../stores/setup.ts';
import { StepFrame } from './step-frame.tsx';

/** An account of one's own, or the one that exists. The password stays in this component. */
export function AccountStep(): ReactElement {
  const { t } = useWords();
  const { setup } = useStores();
  const { mode, email, cloud, ownServer, busy, error } = useStore(setup);
  const [password, setPassword] = useState('');
  const create = mode === 'create';
  return (
    <StepFrame
      title={t(create ? 'setup.account.createTitle' : 'setup.account.signInTitle')}
      hint={cloud === 'embedded' ? t('setup.account.embedded') : t('setup.account.at', { server: serverOf(ownServer) })}
      submit={t(create ? 'setup.account.create' : 'setup.account.signIn')}
      busy={busy}
      onBack={() => setup.go('cloud')}
      onSubmit={() => void setup.submitAccount(password)}
    >
      <fieldset className="segments">
        <legend className="visually-hidden">{t('setup.account.mode')}</legend>
        {(['create', 'sign_in'] as const).map((value) => (
          <label key={value} className="segment">
            <input type="radio" name="mode" value={value} checked={mode === value} onChange={() => setup.change({ mode: value })} />
            <span>{t(value === 'create' ? 'setup.account.create' : 'setup.account.signIn')}</span>
          </label>
        ))}
      </fieldset>
      <Field label={t('setup.account.email')}>
        {(ids) => (
          <input
            {...ids}
            type="email"
            inputMode="email"
            autoComplete="username"
            spellCheck={false}
            maxLength={254}
            value={email}
            onChange={(event) => setup.change({ email: event.target.value })}
          />
        )}
      </Field>
      <PasswordField value={password} create={create} onChange={setPassword} />
      <ErrorNotice error={error}>
        {error?.code === 'email_in_use' && (
          <Button kind="quiet" onClick={() => setup.change({ mode: 'sign_in' })}>
            {t('setup.account.insteadSignIn')}
          </Button>
        )}
        {error?.code === 'no_such_account' && (
          <Button kind="quiet" onClick={() => setup.change({ mode: 'create' })}>
            {t('setup.account.insteadCreate')}
          </Button>
        )}
      </ErrorNotice>
      {cloud === 'own' && <p className="muted small">{t('setup.account.regionNote')}</p>}
    </StepFrame>
  );
}

function PasswordField({
  value,
  create,
  onChange,
}: {
  readonly value: string;
  readonly create: boolean;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const { t } = useWords();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field
      label={t('setup.account.password')}
      {...(create ? { help: t('setup.account.passwordHelp', { count: MIN_PASSWORD_LENGTH }) } : {})}
    >
      {(ids) => (
        <div className="with-button">
          <input
            {...ids}
            type={shown ? 'text' : 'password'}
            autoComplete={create ? 'new-password' : 'current-password'}
            spellCheck={false}
            maxLength={1024}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <button
            type="button"
            className="icon-button"
            aria-pressed={shown}
            aria-label={t(shown ? 'setup.account.hide' : 'setup.account.show')}
            onClick={() => setShown(!shown)}
          >
            <Icon aria-hidden className="icon" />
          </button>
        </div>
      )}
    </Field>
  );
}
