import { Undo2, X } from 'lucide-react';
import { type ReactElement, useEffect, useId, useRef } from 'react';
import { useStore } from 'zustand';
import type { Activity } from '../../src/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './error-notice.tsx';

/** Asks before an undo deletes something, then says what was undone, and takes that back too. */
export function UndoNotice(): ReactElement {
  const { t } = useWords();
  const { undo } = useStores();
  const { asking, done, error } = useStore(undo);
  useEffect(() => () => undo.dismiss(), [undo]);
  return (
    <>
      <ErrorNotice error={error} onDismiss={() => undo.dismiss()} />
      {asking !== null && <Confirm row={asking} />}
      <div role="status" className="notice-place">
        {done !== null && (
          <div className="notice notice-done">
            <Undo2 aria-hidden className="icon" />
            <p className="notice-text">{t(`undo.did.${done.way}`, { path: done.line.path })}</p>
            {done.line.undo.state === 'possible' && (
              <Button kind="quiet" onClick={() => undo.undo(done.line)}>
                {t('undo.redo')}
              </Button>
            )}
            <button type="button" className="icon-button" aria-label={t('error.dismiss')} onClick={() => undo.dismiss()}>
              <X aria-hidden className="icon" />
            </button>
          </div>
        )}
      </div>
    </>
  );
}

/** Takes the focus, and gives it back where it came from. */
function Confirm({ row }: { readonly row: Activity }): ReactElement {
  const { t } = useWords();
  const { undo } = useStores();
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    place.current?.querySelector('button')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [row.id]);
  return (
    <div
      ref={place}
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      className="notice notice-ask"
      onKeyDown={(event) => event.key === 'Escape' && undo.dismiss()}
    >
      <Undo2 aria-hidden className="icon" />
      <div className="notice-text">
        <p id={`${id}-title`}>{t('undo.askTitle', { path: row.path })}</p>
        <p id={`${id}-text`} className="muted">
          {t('undo.ask')}
        </p>
        <div className="buttons">
          <Button onClick={() => undo.dismiss()}>{t('undo.cancel')}</Button>
          <Button kind="danger" onClick={() => undo.confirm()}>
            {t('undo.delete')}
          </Button>
        </div>
      </div>
    </div>
  );
}
