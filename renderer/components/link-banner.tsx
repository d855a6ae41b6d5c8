import { Unplug } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { Button } from './button.tsx';

/** Says that the line to the engine is broken, and when it is tried again. */
export function LinkBanner(): ReactElement {
  const { t } = useWords();
  const { session, status } = useStores();
  const link = useStore(status, (state) => state.link);
  const lost = link.kind === 'lost';
  const now = useNow(lost && link.nextTryAt !== null);
  const seconds = lost && link.nextTryAt !== null ? Math.max(0, Math.ceil((link.nextTryAt - now) / 1000)) : 0;
  return (
    <div role="status" className="banner-place">
      {lost && (
        <div className="banner">
          <Unplug aria-hidden className="icon" />
          <p>{t('link.lost')}</p>
          {/* The countdown is for the eyes: read out every second it would drown everything else. */}
          <p className="muted" aria-hidden>
            {t('link.retryIn', { seconds })}
          </p>
          <Button kind="quiet" onClick={() => session.retry()}>
            {t('link.retryNow')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The time, looked at every second while `running`. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
