import { Unplug } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { useStore } from 'zustand';
import { Button } from './components/button.tsx';
import { LinkBanner } from './components/link-banner.tsx';
import { Logo } from './components/logo.tsx';
import { Sidebar } from './components/sidebar.tsx';
import { useWords } from './i18n/use-words.ts';
import { ActivityScreen } from './screens/activity.tsx';
import { ConflictsScreen } from './screens/conflicts.tsx';
import { FilesScreen } from './screens/files.tsx';
import { IssuesScreen } from './screens/issues.tsx';
import { Overview } from './screens/overview.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { Setup } from './screens/setup/index.tsx';
import type { RefusedReason } from './api/transport.ts';
import type { Place } from './stores/route.ts';
import { useStores } from './stores/index.ts';

const screens: Readonly<Record<Place, () => ReactElement>> = {
  overview: Overview,
  activity: ActivityScreen,
  files: FilesScreen,
  issues: IssuesScreen,
  conflicts: ConflictsScreen,
  settings: SettingsScreen,
};

/** The window: first run, or the places with the sidebar; a full page when there is no engine to speak to. */
export function App(): ReactElement {
  const words = useWords();
  const { t } = words;
  const { status: statusStore, settings, setup, route, session, desktop } = useStores();
  const { link, status } = useStore(statusStore);
  const { loaded, values } = useStore(settings);
  const settingUp = useStore(setup, (state) => state.running);
  const place = useStore(route, (state) => state.place);

  useEffect(() => {
    if (status !== null && loaded) setup.consider(status, values.language !== 'system');
  }, [status, loaded, values.language, setup]);

  useEffect(() => desktop?.onGo((to) => route.go(to)), [desktop, route]);

  if (link.kind === 'refused') return <Refused reason={link.reason} />;
  if (link.kind === 'failed') {
    return (
      <FullPage title={t('link.failedTitle')} text={link.error === null ? t('link.failed') : words.line(link.error)}>
        <Button kind="primary" onClick={() => session.retry()}>
          {t('link.restart')}
        </Button>
      </FullPage>
    );
  }
  if (status === null || !loaded) {
    return (
      <main className="full-page" aria-busy>
        <Logo size={56} />
        <p role="status">{t('link.connecting')}</p>
        <LinkBanner />
      </main>
    );
  }
  if (settingUp) {
    return (
      <>
        <LinkBanner />
        <Setup />
      </>
    );
  }
  const Screen = screens[place];
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={(event) => skip(event)}>
        {t('app.skip')}
      </a>
      <Sidebar />
      <div className="stage">
        <LinkBanner />
        <main id="content" tabIndex={-1}>
          <Screen key={place} />
        </main>
      </div>
    </div>
  );
}

// Not by the address: its fragment is the place inside the window.
function skip(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Refused({ reason }: { readonly reason: RefusedReason }): ReactElement {
  const { t } = useWords();
  return <FullPage title={t('link.refusedTitle')} text={`${t(`link.refused.${reason}`)} ${t('link.refusedWayOut')}`} />;
}

function FullPage({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children?: ReactElement;
}): ReactElement {
  return (
    <main className="full-page">
      <Unplug aria-hidden className="icon full-page-mark" />
      <h1>{title}</h1>
      <p className="muted">{text}</p>
      {children}
    </main>
  );
}
