import { GitCompare } from 'lucide-react';
import { type ReactElement, useCallback, useEffect } from 'react';
import { useStore } from 'zustand';
import type { Conflict } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { Page } from '../components/page.tsx';
import { PathName } from '../components/path-name.tsx';
import { useAction } from '../components/use-action.ts';
import { useDeviceName } from '../components/use-device-name.ts';
import { VirtualList } from '../components/virtual-list.tsx';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';

/** Files with two versions, and what to keep. */
export function ConflictsScreen(): ReactElement {
  const { t } = useWords();
  const { conflicts } = useStores();
  useEffect(() => conflicts.follow(), [conflicts]);
  const { rows, phase, next, error } = useStore(conflicts.list);
  const more = useCallback(() => void conflicts.list.more(), [conflicts]);
  return (
    <Page title={t('conflicts.title')} fill>
      <ErrorNotice error={error} />
      {phase === 'loading' && <LoadingRows />}
      {phase === 'ready' && rows.length === 0 && <Empty icon={GitCompare} title={t('conflicts.empty')} hint={t('conflicts.emptyHint')} />}
      {rows.length > 0 && (
        <>
          <p className="muted">{t('conflicts.hint')}</p>
          <VirtualList
            label={t('conflicts.title')}
            rows={rows}
            keyOf={(conflict) => conflict.id}
            rowPx={180}
            hasMore={next !== null}
            onMore={more}
            render={(conflict) => <ConflictCard conflict={conflict} />}
          />
        </>
      )}
    </Page>
  );
}

const KEEP = { current: 'conflicts.keepCurrent', copy: 'conflicts.keepCopy', both: 'conflicts.both' } as const;

function ConflictCard({ conflict }: { readonly conflict: Conflict }): ReactElement {
  const { t, format, ago } = useWords();
  const { conflicts } = useStores();
  const device = useDeviceName(conflict.device);
  const currentDevice = useDeviceName(conflict.currentDevice);
  const written = (at: number): string => format.dayTime(at, Date.now());
  const resolve = useAction((keep: 'current' | 'copy' | 'both') => conflicts.resolve(conflict.id, keep));
  return (
    <article className="conflict">
      <h2>
        <PathName path={conflict.path} whole={t('issues.wholeFolder')} />
      </h2>
      <p className="muted small">{t('conflicts.happened', { when: ago(conflict.at) })}</p>
      <dl className="versions">
        <div className="version">
          <dt>{currentDevice === null ? t('conflicts.current') : t('conflicts.currentBy', { device: currentDevice })}</dt>
          <dd>
            {format.bytes(conflict.currentSizeBytes)}
            {conflict.currentAt !== null && ` · ${written(conflict.currentAt)}`}
          </dd>
        </div>
        <div className="version">
          <dt>{device === null ? t('conflicts.copyUnknown') : t('conflicts.copy', { device })}</dt>
          <dd>
            {format.bytes(conflict.copySizeBytes)} · {written(conflict.at)}
          </dd>
          <dd className="muted small">
            <bdi>{conflict.copyPath}</bdi>
          </dd>
        </div>
      </dl>
      <div className="buttons">
        {(['current', 'copy', 'both'] as const).map((keep) => (
          <Button key={keep} busy={resolve.busy} onClick={() => resolve.run(keep)}>
            {t(KEEP[keep])}
          </Button>
        ))}
      </div>
      <ErrorNotice error={resolve.error} onDismiss={resolve.dismiss} />
    </article>
  );
}
