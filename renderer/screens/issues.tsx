import { CircleCheck, TriangleAlert } from 'lucide-react';
import { type ReactElement, useCallback, useEffect } from 'react';
import { useStore } from 'zustand';
import { type Issue, errorKind } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { Page } from '../components/page.tsx';
import { PathName } from '../components/path-name.tsx';
import { useAction } from '../components/use-action.ts';
import { VirtualList } from '../components/virtual-list.tsx';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { Questions } from './questions.tsx';

/** What is not synced: why, what was done about it, when it is tried again, and one button. */
export function IssuesScreen(): ReactElement {
  const { t } = useWords();
  const { issues } = useStores();
  useEffect(() => issues.follow(), [issues]);
  const { rows, phase, next, error } = useStore(issues.list);
  const more = useCallback(() => void issues.list.more(), [issues]);
  return (
    <Page title={t('issues.title')} fill>
      <Questions />
      <ErrorNotice error={error} />
      {phase === 'loading' && <LoadingRows />}
      {phase === 'ready' && rows.length === 0 && <Empty icon={CircleCheck} title={t('issues.empty')} hint={t('issues.emptyHint')} />}
      {rows.length > 0 && (
        <VirtualList
          label={t('issues.title')}
          rows={rows}
          keyOf={(issue) => issue.path}
          rowPx={120}
          hasMore={next !== null}
          onMore={more}
          render={(issue) => <IssueCard issue={issue} />}
        />
      )}
    </Page>
  );
}

function IssueCard({ issue }: { readonly issue: Issue }): ReactElement {
  const words = useWords();
  const { t } = words;
  const text = words.error(issue.reason);
  return (
    <article className="issue">
      <TriangleAlert aria-hidden className="icon tone-warn" />
      <div className="issue-words">
        <h2>
          <PathName path={issue.path} whole={t('issues.wholeFolder')} />
        </h2>
        <p>{text.problem}</p>
        <p className="muted">{text.wayOut}</p>
        <p className="muted small">
          {t(`issues.done.${errorKind(issue.reason.code).reaction}`, { attempts: issue.attempts })}
          {issue.nextTryAt !== null && ` ${t('issues.nextTry', { when: words.ago(issue.nextTryAt) })}`}
          {' · '}
          {t('issues.since', { when: words.ago(issue.since) })}
        </p>
      </div>
      <IssueButton issue={issue} />
    </article>
  );
}

/** The one thing that helps with this kind of problem. */
function IssueButton({ issue }: { readonly issue: Issue }): ReactElement {
  const { t } = useWords();
  const { session, desktop, route, setup, status, files } = useStores();
  const retry = useAction(() => session.ask('sync.now', {}));
  const { reaction } = errorKind(issue.reason.code);
  const current = useStore(status, (state) => state.status);
  const explain = (): void => {
    route.go('files');
    void files.explain({
      path: issue.path,
      name: issue.path.slice(issue.path.lastIndexOf('/') + 1),
      kind: issue.kind ?? 'file',
      sizeBytes: 0,
      modifiedMs: 0,
      state: 'error',
      reason: issue.reason,
      nextTryAt: issue.nextTryAt,
    });
  };
  if (reaction === 'sign_in' && current !== null) return <Button onClick={() => setup.signInAgain(current)}>{t('overview.signIn')}</Button>;
  if (issue.reason.code === 'conflict_kept' || issue.reason.code === 'conflict_limit')
    return <Button onClick={() => route.go('conflicts')}>{t('overview.reviewConflicts')}</Button>;
  if (reaction === 'skip') return <Button onClick={explain}>{t('issues.why')}</Button>;
  if (reaction === 'ask' && desktop !== null) return <Button onClick={() => void desktop.showItem(issue.path)}>{t('issues.show')}</Button>;
  return (
    <div className="issue-button">
      <Button busy={retry.busy} onClick={retry.run}>
        {t('issues.tryNow')}
      </Button>
      <ErrorNotice error={retry.error} />
    </div>
  );
}
