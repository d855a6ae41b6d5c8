import { CircleAlert, X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { ErrorData } from '../../src/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';

export interface ErrorNoticeProps {
  readonly error: ErrorData | null;
  readonly onDismiss?: (() => void) | undefined;
  readonly children?: ReactNode;
}

/** What went wrong and the way out, in words. Read out when it appears. */
export function ErrorNotice({ error, onDismiss, children }: ErrorNoticeProps): ReactElement {
  const words = useWords();
  const text = error === null ? null : words.error(error);
  return (
    <div role="alert" className="notice-place">
      {text !== null && (
        <div className="notice notice-bad">
          <CircleAlert aria-hidden className="icon" />
          <div className="notice-text">
            <p>{text.problem}</p>
            {text.wayOut !== '' && <p className="muted">{text.wayOut}</p>}
            {children}
          </div>
          {onDismiss !== undefined && (
            <button type="button" className="icon-button" aria-label={words.t('error.dismiss')} onClick={onDismiss}>
              <X aria-hidden className="icon" />
            </button>
          )}
        </div>
      )}
    </div>
  );
}
