import { FolderOpen } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { useStore } from 'zustand';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { FileTree } from '../components/file-tree.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { Page } from '../components/page.tsx';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { Why } from './files-why.tsx';

/** The folder as a tree, with a state for each item and its reason. */
export function FilesScreen(): ReactElement {
  const { t } = useWords();
  const { files, desktop } = useStores();
  useEffect(() => files.follow(), [files]);
  const root = useStore(files, (state) => state.folders.get(''));
  const explained = useStore(files, (state) => state.explained);
  const empty = root?.phase === 'ready' && root.rows.length === 0;
  const open = desktop !== null && (
    <Button icon={FolderOpen} onClick={() => void desktop.openFolder()}>
      {t('overview.openFolder')}
    </Button>
  );
  return (
    <Page title={t('files.title')} fill actions={open}>
      {root?.error !== undefined && root.error !== null && <ErrorNotice error={root.error} />}
      {root === undefined || (root.phase === 'loading' && root.rows.length === 0) ? (
        <LoadingRows count={8} />
      ) : empty ? (
        <Empty icon={FolderOpen} title={t('files.empty')} hint={t('files.emptyHint')} />
      ) : (
        <div className={explained === null ? 'files' : 'files files-split'}>
          <FileTree />
          {explained !== null && <Why key={explained.item.path} explained={explained} />}
        </div>
      )}
    </Page>
  );
}
