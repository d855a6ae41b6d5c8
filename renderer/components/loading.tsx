import type { ReactElement } from 'react';
import { useWords } from '../i18n/use-words.ts';

/** Rows that are on their way: a quiet shape instead of a spinner. */
export function LoadingRows({ count = 5 }: { readonly count?: number }): ReactElement {
  const { t } = useWords();
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t('app.loading')}</span>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="skeleton-row" aria-hidden />
      ))}
    </div>
  );
}
