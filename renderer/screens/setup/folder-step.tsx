import { FolderOpen } from 'lucide-react';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { useWords } from '../../i18n/use-words.ts';
import { useStores } from '../../stores/index.ts';
import { StepFrame } from './step-frame.tsx';

/** The folder to keep in step: picked in the app, written in a browser, which cannot look at the disk. */
export function FolderStep(): ReactElement {
  const { t } = useWords();
  const { setup, desktop } = useStores();
  const { folder, busy, error } = useStore(setup);
  const pick = async (): Promise<void> => {
    const picked = await desktop?.pickFolder();
    if (typeof picked === 'string') setup.change({ folder: picked });
  };
  return (
    <StepFrame
      title={t('setup.folder.title')}
      hint={t('setup.folder.hint')}
      submit={t('setup.folder.start')}
      busy={busy}
      ready={folder.trim() !== ''}
      onSubmit={() => void setup.submitFolder()}
    >
      {desktop === null ? (
        <Field label={t('setup.folder.path')} help={t('setup.folder.help')}>
          {(ids) => (
            <input
              {...ids}
              type="text"
              spellCheck={false}
              autoComplete="off"
              value={folder}
              onChange={(event) => setup.change({ folder: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <div className="folder-pick">
          <p className={folder === '' ? 'muted' : 'picked'} aria-live="polite">
            <FolderOpen aria-hidden className="icon" />
            <bdi>{folder === '' ? t('setup.folder.none') : folder}</bdi>
          </p>
          <Button onClick={() => void pick()}>{t(folder === '' ? 'setup.folder.choose' : 'setup.folder.chooseOther')}</Button>
        </div>
      )}
      <ErrorNotice error={error} />
    </StepFrame>
  );
}
