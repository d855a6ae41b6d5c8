import { type ReactElement, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Foresight } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';

/** What would happen if the sync went on to its end now; nothing is changed to find out. Not drawn until somebody asks. */
export function Preview(): ReactElement | null {
  const { preview } = useStores();
  const { open } = useStore(preview);
  return open ? <PreviewCard /> : null;
}

function PreviewCard(): ReactElement {
  const { t } = useWords();
  const { preview } = useStores();
  const { foresight, busy, error } = useStore(preview);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="card preview" aria-labelledby="preview-title" onKeyDown={(event) => event.key === 'Escape' && preview.close()}>
      <div className="card-head">
        <h2 id="preview-title" ref={heading} tabIndex={-1}>
          {t('preview.title')}
        </h2>
        <div className="buttons">
          <Button busy={busy} onClick={() => void preview.ask()}>
            {t('preview.again')}
          </Button>
          <Button onClick={() => preview.close()}>{t('files.close')}</Button>
        </div>
      </div>
      <ErrorNotice error={error} />
      {foresight === null ? busy && <LoadingRows count={3} /> : <Foreseen foresight={foresight} />}
    </section>
  );
}

const KINDS = {
  upload: 'preview.kind.upload',
  download: 'preview.kind.download',
  mkdir_remote: 'preview.kind.mkdir_remote',
  mkdir_local: 'preview.kind.mkdir_local',
  move_remote: 'preview.kind.move_remote',
  move_local: 'preview.kind.move_local',
  delete_remote: 'preview.kind.delete_remote',
  delete_local: 'preview.kind.delete_local',
  drop_copy: 'preview.kind.drop_copy',
  rename_aside: 'preview.kind.rename_aside',
} as const;
const isShown = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind);

function Foreseen({ foresight }: { readonly foresight: Foresight }): ReactElement {
  const words = useWords();
  const { t, format } = words;
  const { counts, operations, more, blocked } = foresight;
  if (operations.length === 0 && blocked.length === 0) {
    return <p>{counts.matched > 0 ? t('preview.matched', { count: counts.matched }) : t('preview.nothing')}</p>;
  }
  const { upload, download } = counts;
  const lines = [
    [upload.files, 'preview.upload', format.bytes(upload.bytes)],
    [download.files, 'preview.download', format.bytes(download.bytes)],
    [counts.foldersCloud + counts.foldersHere, 'preview.folders', ''],
    [counts.movedCloud + counts.movedHere, 'preview.moved', ''],
    [counts.deletedCloud, 'preview.deletedCloud', ''],
    [counts.deletedHere, 'preview.deletedHere', ''],
    [counts.leavingHere, 'preview.leavingHere', ''],
    [counts.conflicts, 'preview.conflicts', ''],
    [counts.matched, 'preview.matched', ''],
  ] as const;
  return (
    <>
      <ul className="examples">{lines.map(([count, key, size]) => count > 0 && <li key={key}>{t(key, { count, size })}</li>)}</ul>
      <ul className="preview-list" tabIndex={0} aria-label={t('preview.list')}>
        {operations.map(({ kind, path, otherPath, sizeBytes }) => (
          <li key={`${kind} ${path}`}>
            <span className="muted">{isShown(kind) ? t(KINDS[kind]) : ''}</span> <bdi>{path}</bdi>
            {otherPath !== null && (
              <span className="muted small"> {t(kind === 'rename_aside' ? 'preview.keptAs' : 'activity.from', { path: otherPath })}</span>
            )}
            {sizeBytes !== null && <span className="muted small"> {format.bytes(sizeBytes)}</span>}
          </li>
        ))}
        {more > 0 && <li className="muted">{t('questions.more', { count: more })}</li>}
      </ul>
      {blocked.map(({ path, reason }) => (
        <p key={path}>
          <bdi>{path}</bdi> <span className="muted">{words.line(reason)}</span>
        </p>
      ))}
    </>
  );
}
