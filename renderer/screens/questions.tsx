import { CircleHelp } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { useStore } from 'zustand';
import type { MassDeleteQuestion } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useAction } from '../components/use-action.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { FirstMergeCard } from './first-merge.tsx';

const SHOWN = 5;

/** What the engine will not do without being told. Nothing is drawn when it has no question. */
export function Questions(): ReactElement | null {
  const { questions } = useStores();
  useEffect(() => questions.follow(), [questions]);
  const open = useStore(questions, (state) => state.questions);
  if (open.length === 0) return null;
  return (
    <div id="questions" tabIndex={-1} className="questions">
      {open.map((question) =>
        question.kind === 'first_merge' ? (
          <FirstMergeCard key={question.id} question={question} />
        ) : (
          <QuestionCard key={question.id} question={question} />
        ),
      )}
    </div>
  );
}

function QuestionCard({ question }: { readonly question: MassDeleteQuestion }): ReactElement {
  const { t } = useWords();
  const { questions } = useStores();
  const answer = useAction((choice: 'keep' | 'delete') => questions.answer(question.id, choice));
  const title = `question-${question.id}`;
  const count = question.items;
  const shown = question.examples.slice(0, SHOWN);
  return (
    <section className="card question" aria-labelledby={title}>
      <CircleHelp aria-hidden className="icon tone-warn" />
      <div>
        <h2 id={title}>{t('questions.title')}</h2>
        <p>{t(question.side === 'here' ? 'questions.goneHere' : 'questions.goneCloud', { count })}</p>
        {question.goneBefore > 0 && <p>{t('questions.goneBefore', { count: question.goneBefore })}</p>}
        {shown.length > 0 && (
          <>
            <p className="muted small">{t('questions.examples')}</p>
            <ul className="examples">
              {shown.map((path) => (
                <li key={path}>
                  <bdi>{path}</bdi>
                </li>
              ))}
              {count > shown.length && <li className="muted">{t('questions.more', { count: count - shown.length })}</li>}
            </ul>
          </>
        )}
        <p className="muted small">{t('questions.waiting')}</p>
        <div className="buttons">
          {question.choices.includes('keep') && (
            <Button kind="primary" busy={answer.busy} onClick={() => answer.run('keep')}>
              {t('questions.keep')}
            </Button>
          )}
          {question.choices.includes('delete') && (
            <Button kind="danger" busy={answer.busy} onClick={() => answer.run('delete')}>
              {t('questions.delete')}
            </Button>
          )}
        </div>
        <ErrorNotice error={answer.error} onDismiss={answer.dismiss} />
      </div>
    </section>
  );
}
