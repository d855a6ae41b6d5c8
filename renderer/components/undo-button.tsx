import { Undo2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import type { Activity } from '../../src/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';

/** Undoes the line beside it, while that is possible. */
export function UndoButton({ row }: { readonly row: Activity }): ReactElement | null {
  const { t } = useWords();
  const { undo } = useStores();
  const busy = useStore(undo, (state) => state.busy === row.id);
  if (row.undo.state === 'done') return <span className="muted small">{t('undo.isUndone')}</span>;
  if (row.undo.state !== 'possible') return null;
  const label = t('undo.button', { path: row.path });
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-busy={busy || undefined}
      onClick={() => undo.undo(row)}
    >
      <Undo2 aria-hidden className="icon icon-small" />
    </button>
  );
}
