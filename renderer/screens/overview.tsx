import { FolderOpen, ListChecks, Pause, Play, RefreshCw } from 'lucide-react';
import type { ReactElement } from 'react';
import { dayMs, hourMs, minuteMs } from '../../src/base/index.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { MenuButton } from '../components/menu.tsx';
import { Page } from '../components/page.tsx';
import { useAction } from '../components/use-action.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStatus, useStores } from '../stores/index.ts';
import { Headline } from './overview-headline.tsx';
import { Preview } from './overview-preview.tsx';
import { ProgressBars, Transfers } from './overview-progress.tsx';
import { Today } from './overview-today.tsx';
import { Questions } from './questions.tsx';

/** Where everything stands, in a sentence and a picture. */
export function Overview(): ReactElement {
  const { t } = useWords();
  return (
    <Page title={t('overview.title')} actions={<Actions />}>
      <Questions />
      <Headline />
      <Preview />
      <ProgressBars />
      <Transfers />
      <Today />
    </Page>
  );
}

/** Midnight of the coming day. */
const tomorrow = (now: number): number => new Date(now + dayMs).setHours(0, 0, 0, 0);

function Actions(): ReactElement {
  const { t } = useWords();
  const { session, desktop, preview } = useStores();
  const paused = useStatus((status) => status?.paused === true);
  const pause = useAction((until: number | null) => session.ask('sync.pause', { until }));
  const resume = useAction(() => session.ask('sync.resume', {}));
  const sync = useAction(() => session.ask('sync.now', {}));
  return (
    <>
      {desktop !== null && (
        <Button icon={FolderOpen} onClick={() => void desktop.openFolder()}>
          {t('overview.openFolder')}
        </Button>
      )}
      {paused ? (
        <Button icon={Play} busy={resume.busy} onClick={resume.run}>
          {t('overview.resume')}
        </Button>
      ) : (
        <MenuButton
          label={t('overview.pause')}
          icon={Pause}
          items={[
            { label: t('overview.pauseFor.halfHour'), choose: () => pause.run(Date.now() + 30 * minuteMs) },
            { label: t('overview.pauseFor.hour'), choose: () => pause.run(Date.now() + hourMs) },
            { label: t('overview.pauseFor.tomorrow'), choose: () => pause.run(tomorrow(Date.now())) },
            { label: t('overview.pauseFor.manual'), choose: () => pause.run(null) },
          ]}
        />
      )}
      <Button icon={ListChecks} onClick={() => void preview.ask()}>
        {t('preview.open')}
      </Button>
      <Button kind="primary" icon={RefreshCw} busy={sync.busy} onClick={sync.run}>
        {t('overview.syncNow')}
      </Button>
      <ErrorNotice error={pause.error ?? resume.error ?? sync.error} />
    </>
  );
}
