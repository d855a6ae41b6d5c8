import { CloudDownload, CloudOff, FolderSync, HardDrive } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import type { FileItem } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useAction } from '../components/use-action.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStatus, useStores } from '../stores/index.ts';

/** Where a folder is kept: here and in the cloud, only in the cloud, or only here. */
export function Keep({ item }: { readonly item: FileItem }): ReactElement | null {
  const { t, format } = useWords();
  const { session, files } = useStores();
  const root = useStatus((status) => status?.folder?.path ?? null);
  const [sizeBytes, setSizeBytes] = useState<number | null>(null);
  const { path, state } = item;
  useEffect(() => {
    let over = false;
    void session.ask('selection.size', { path }).then((answer) => {
      if (!over) setSizeBytes(answer.ok ? answer.value.sizeBytes : null);
    });
    return () => {
      over = true;
    };
  }, [session, path]);
  const inside = root === null ? '' : `${root}/${path}`;
  const again = async <T,>(done: Promise<T>): Promise<T> => {
    const answer = await done;
    await files.explain(item);
    return answer;
  };
  const exclude = useAction(() => again(session.ask('selection.exclude', { path })));
  const include = useAction(() => again(session.ask('selection.include', { path })));
  const onlyHere = useAction(() => again(session.ask('folder.add', { path: inside, localOnly: true })));
  const alsoThere = useAction(() => again(session.ask('folder.remove', { path: inside })));
  if (root === null || state === 'ignored') return null;
  const size = sizeBytes === null ? '' : format.bytes(sizeBytes);
  const failed = [exclude, include, onlyHere, alsoThere].find(({ error }) => error !== null);
  return (
    <section className="keep" aria-label={t('files.keep.label')}>
      {state === 'not_kept' && (
        <Button icon={CloudDownload} busy={include.busy} onClick={include.run}>
          {t('files.keep.include', { size })}
        </Button>
      )}
      {state === 'local_only' && (
        <Button icon={FolderSync} busy={alsoThere.busy} onClick={alsoThere.run}>
          {t('files.keep.sync')}
        </Button>
      )}
      {state !== 'not_kept' && state !== 'local_only' && (
        <>
          {sizeBytes !== null && (
            <>
              <Button icon={CloudOff} busy={exclude.busy} onClick={exclude.run}>
                {t('files.keep.exclude', { size })}
              </Button>
              <p className="muted small">{t('files.keep.excludeHint')}</p>
            </>
          )}
          <Button icon={HardDrive} busy={onlyHere.busy} onClick={onlyHere.run}>
            {t('files.keep.localOnly')}
          </Button>
          <p className="muted small">{t('files.keep.localOnlyHint')}</p>
        </>
      )}
      <ErrorNotice error={failed?.error ?? null} onDismiss={() => failed?.dismiss()} />
    </section>
  );
}
