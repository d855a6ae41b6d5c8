import type { ReactElement } from 'react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { ActivityRow } from '../components/activity-row.tsx';
import { Button } from '../components/button.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { UndoNotice } from '../components/undo-notice.tsx';
import { useWords } from '../i18n/use-words.ts';
import { tally } from '../stores/activity.ts';
import { useStores } from '../stores/index.ts';

const SHOWN = 6;

/** Three numbers and the latest few lines of today. */
export function Today(): ReactElement {
  const { t } = useWords();
  const { today, route } = useStores();
  useEffect(() => today.follow(), [today]);
  const { rows, phase, next } = useStore(today.list);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const ofToday = rows.filter((row) => row.at >= midnight);
  const counts = tally(rows, midnight);
  // The first page may end within today: then the numbers are at least what is shown.
  const open = next !== null && rows.every((row) => row.at >= midnight);
  return (
    <section className="card" aria-labelledby="today">
      <div className="card-head">
        <h2 id="today">{t('overview.today')}</h2>
        <Button kind="quiet" onClick={() => route.go('activity')}>
          {t('overview.allActivity')}
        </Button>
      </div>
      <UndoNotice />
      {phase === 'loading' && <LoadingRows count={3} />}
      {phase === 'ready' && ofToday.length === 0 && <p className="muted">{t('overview.todayEmpty')}</p>}
      {ofToday.length > 0 && (
        <>
          <dl className="tally">
            {(['sent', 'received', 'removed'] as const).map((name) => (
              <div key={name} className="tally-item">
                <dt>{t(`overview.${name}`)}</dt>
                <dd>
                  {counts[name]}
                  {open && counts[name] > 0 && '+'}
                </dd>
              </div>
            ))}
          </dl>
          <ul className="rows">
            {ofToday.slice(0, SHOWN).map((row) => (
              <li key={row.id}>
                <ActivityRow row={row} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
