import { Activity as ActivityIcon, Search } from 'lucide-react';
import { type ReactElement, useCallback, useEffect, useId, useMemo } from 'react';
import { useStore } from 'zustand';
import { dayMs } from '../../src/base/index.ts';
import { ActivityRow } from '../components/activity-row.tsx';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { Page } from '../components/page.tsx';
import { UndoNotice } from '../components/undo-notice.tsx';
import { VirtualList } from '../components/virtual-list.tsx';
import { useWords } from '../i18n/use-words.ts';
import { type ActivityFilter, type DayLine, activityFilterNames, byDay } from '../stores/activity.ts';
import { useStores } from '../stores/index.ts';

/** The history by day, with a filter and a search. */
export function ActivityScreen(): ReactElement {
  const { t } = useWords();
  const { activity } = useStores();
  useEffect(() => activity.follow(), [activity]);
  const { rows, phase, next, error } = useStore(activity.list);
  const lines = useMemo(() => byDay(rows), [rows]);
  const more = useCallback(() => void activity.list.more(), [activity]);
  return (
    <Page title={t('activity.title')} fill actions={<Filters />}>
      <ErrorNotice error={error}>
        <Button kind="quiet" onClick={() => void activity.list.reload()}>
          {t('error.retry')}
        </Button>
      </ErrorNotice>
      <UndoNotice />
      {phase === 'loading' && <LoadingRows count={8} />}
      {phase === 'ready' && rows.length === 0 && <NoRows />}
      {lines.length > 0 && (
        <VirtualList
          label={t('activity.title')}
          rows={lines}
          keyOf={lineKey}
          rowPx={60}
          hasMore={next !== null}
          onMore={more}
          render={(line) => (line.kind === 'day' ? <DayHeading day={line.day} /> : <ActivityRow row={line.row} />)}
        />
      )}
    </Page>
  );
}

const lineKey = (line: DayLine): string => (line.kind === 'day' ? `day ${line.day}` : `row ${line.row.id}`);

function DayHeading({ day }: { readonly day: number }): ReactElement {
  const { t, format } = useWords();
  const today = new Date().setHours(0, 0, 0, 0);
  // Noon of the day before, so that a day of 23 or 25 hours does not matter.
  const yesterday = new Date(today - dayMs / 2).setHours(0, 0, 0, 0);
  return <h2 className="day">{day === today ? t('activity.today') : day === yesterday ? t('activity.yesterday') : format.day(day)}</h2>;
}

function NoRows(): ReactElement {
  const { t } = useWords();
  const { activity } = useStores();
  const { search, filter } = useStore(activity.question);
  if (search.trim() === '' && filter === 'all')
    return <Empty icon={ActivityIcon} title={t('activity.empty')} hint={t('activity.emptyHint')} />;
  return (
    <Empty icon={Search} title={t('activity.noMatch')} hint={t('activity.noMatchHint')}>
      <Button onClick={() => activity.ask({ search: '', filter: 'all' })}>{t('activity.showAll')}</Button>
    </Empty>
  );
}

function Filters(): ReactElement {
  const { t } = useWords();
  const { activity } = useStores();
  const { search, filter } = useStore(activity.question);
  const id = useId();
  return (
    <>
      <div className="search">
        <Search aria-hidden className="icon icon-small" />
        <input
          type="search"
          aria-label={t('activity.search')}
          placeholder={t('activity.search')}
          value={search}
          maxLength={200}
          onChange={(event) => activity.ask({ search: event.target.value })}
        />
      </div>
      <label htmlFor={id} className="visually-hidden">
        {t('activity.filter')}
      </label>
      <select id={id} value={filter} onChange={(event) => activity.ask({ filter: event.target.value as ActivityFilter })}>
        {activityFilterNames.map((name) => (
          <option key={name} value={name}>
            {t(`activity.filters.${name}`)}
          </option>
        ))}
      </select>
    </>
  );
}
