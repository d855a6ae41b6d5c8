import { X } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { type ErrorText, type Explanation, type ExplanationWords, explanationWords } from '../../src/contract/index.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { Name } from '../components/path-name.tsx';
import { StateMark } from '../components/state-mark.tsx';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import type { FilesState } from '../stores/files.ts';
import { Keep } from './files-keep.tsx';

/** Why an item is in its state: in words, then where it is. */
export function Why({ explained }: { readonly explained: NonNullable<FilesState['explained']> }): ReactElement {
  const words = useWords();
  const { t } = words;
  const { files } = useStores();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { item, explanation, error } = explained;
  const text = item.reason === null ? null : words.error(item.reason);
  const said = explanation === null ? null : explanationWords(explanation, (ms) => words.format.dayTime(ms, Date.now()), words.locale);
  const close = (): void => {
    files.closeExplanation();
    document.querySelector<HTMLElement>('[role=tree]')?.focus();
  };
  return (
    <aside className="why card" aria-labelledby="why-name" onKeyDown={(event) => event.key === 'Escape' && close()}>
      <div className="card-head">
        <h2 id="why-name" ref={heading} tabIndex={-1}>
          <Name>{item.name}</Name>
        </h2>
        <button type="button" className="icon-button" aria-label={t('files.close')} onClick={close}>
          <X aria-hidden className="icon" />
        </button>
      </div>
      <StateMark state={explanation?.state ?? item.state} />
      {said === null ? text !== null && <Reason text={text} /> : <Said said={said} />}
      <ErrorNotice error={error} />
      {item.kind === 'folder' && (
        <Keep key={explanation?.state ?? item.state} item={{ ...item, state: explanation?.state ?? item.state }} />
      )}
      {explanation === null ? error === null && <LoadingRows count={3} /> : <Sides explanation={explanation} />}
    </aside>
  );
}

function Reason({ text }: { readonly text: ErrorText }): ReactElement {
  return (
    <>
      <p>{text.problem}</p>
      <p className="muted">{text.wayOut}</p>
    </>
  );
}

/** The same sentences as `tidemark explain` prints. */
export function Said({ said: { subject, reason, rule, next, waiting } }: { readonly said: ExplanationWords }): ReactElement {
  const { t } = useWords();
  return (
    <>
      <p>{subject}</p>
      {reason !== null && <Reason text={reason} />}
      {rule !== null && (
        <p>
          <span className="muted">{t('files.rule', { number: rule.number })}</span> {rule.sentence}
        </p>
      )}
      {next.length > 0 && (
        <p>
          <span className="muted">{t('files.next')}</span> <bdi>{next.join(' · ')}</bdi>
        </p>
      )}
      <p className="muted">{waiting}</p>
    </>
  );
}

function Sides({ explanation }: { readonly explanation: Explanation }): ReactElement {
  const { t, format } = useWords();
  const sides = [
    ['here', explanation.local],
    ['cloud', explanation.remote],
    ['agreed', explanation.synced],
  ] as const;
  return (
    <dl className="facts" aria-label={t('files.sides')}>
      {sides.map(([name, view]) => (
        <div key={name}>
          <dt>{t(`files.${name}`)}</dt>
          <dd>{view === null ? t('files.absent') : view.sizeBytes === null ? t('files.folderThere') : format.bytes(view.sizeBytes)}</dd>
          {view !== null && view.modifiedMs !== null && <dd className="muted small">{format.dayTime(view.modifiedMs, Date.now())}</dd>}
        </div>
      ))}
    </dl>
  );
}
