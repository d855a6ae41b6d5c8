import { Combine } from 'lucide-react';
import type { ReactElement } from 'react';
import type { FirstMergeQuestion } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useAction } from '../components/use-action.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';

/** Both sides hold something already: what they share, what would be sent each way, and the choice. */
export function FirstMergeCard({ question }: { readonly question: FirstMergeQuestion }): ReactElement {
  const words = useWords();
  const { t, format } = words;
  const { questions, preview, route } = useStores();
  const answer = useAction((choice: 'merge' | 'cancel') => questions.answer(question.id, choice));
  const { problem, wayOut } = words.error({ code: 'first_merge', params: {} });
  const rows = [
    ['merge.same', question.same],
    ['merge.onlyHere', question.onlyHere],
    ['merge.onlyThere', question.onlyThere],
  ] as const;
  const title = `question-${question.id}`;
  const show = (): void => {
    route.go('overview');
    void preview.ask();
  };
  return (
    <section className="card question" aria-labelledby={title}>
      <Combine aria-hidden className="icon tone-warn" />
      <div>
        <h2 id={title}>{t('merge.title')}</h2>
        <p>{problem}</p>
        <dl className="facts">
          {rows.map(([key, { files, folders, bytes }]) => (
            <div key={key}>
              <dt>{t(key)}</dt>
              <dd>{t('merge.amount', { files, folders, size: format.bytes(bytes) })}</dd>
            </div>
          ))}
          <div>
            <dt>{t('merge.different')}</dt>
            <dd>{t('merge.items', { count: question.different })}</dd>
          </div>
        </dl>
        {question.examples.length > 0 && (
          <ul className="examples">
            {question.examples.slice(0, 5).map((path) => (
              <li key={path}>
                <bdi>{path}</bdi>
              </li>
            ))}
          </ul>
        )}
        <p className="muted small">{wayOut}</p>
        <div className="buttons">
          <Button onClick={show}>{t('preview.open')}</Button>
          <Button kind="primary" busy={answer.busy} onClick={() => answer.run('merge')}>
            {t('merge.merge')}
          </Button>
          <Button busy={answer.busy} onClick={() => answer.run('cancel')}>
            {t('merge.cancel')}
          </Button>
        </div>
        <ErrorNotice error={answer.error} onDismiss={answer.dismiss} />
      </div>
    </section>
  );
}
