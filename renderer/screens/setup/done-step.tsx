import { FolderSync } from 'lucide-react';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { useStores } from '../../stores/index.ts';
import { Preview } from '../overview-preview.tsx';
import { Questions } from '../questions.tsx';
import { StepFrame } from './step-frame.tsx';

/** The folder is kept in step from here on. */
export function DoneStep(): ReactElement {
  const { t } = useWords();
  const { setup, route } = useStores();
  const folder = useStore(setup, (state) => state.folder);
  return (
    <StepFrame
      title={t('setup.done.title')}
      submit={t('setup.done.finish')}
      onSubmit={() => {
        route.go('overview');
        setup.finish();
      }}
    >
      <p>{t('setup.done.text')}</p>
      <p className="picked">
        <FolderSync aria-hidden className="icon" />
        <bdi>{folder}</bdi>
      </p>
      <p className="muted">{t('setup.done.hint')}</p>
      <Questions />
      <Preview />
    </StepFrame>
  );
}
