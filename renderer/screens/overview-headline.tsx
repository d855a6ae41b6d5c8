import {
  ArrowUpDown,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CloudOff,
  type LucideIcon,
  LoaderCircle,
} from 'lucide-react';
import type { ReactElement } from 'react';
import { type EngineState, type Status, errorKind, isLackOfRoom } from '../../src/contract/index.ts';
import { Button } from '../components/button.tsx';
import { LoadingRows } from '../components/loading.tsx';
import { Tide } from '../components/tide.tsx';
import { useWords, type Words } from '../i18n/use-words.ts';
import { useStatus, useStores, type Stores } from '../stores/index.ts';

const looks: Readonly<Record<EngineState, { readonly icon: LucideIcon; readonly tone: string }>> = {
  not_set_up: { icon: CircleDashed, tone: 'calm' },
  starting: { icon: LoaderCircle, tone: 'calm' },
  up_to_date: { icon: CircleCheck, tone: 'good' },
  syncing: { icon: ArrowUpDown, tone: 'busy' },
  paused: { icon: CirclePause, tone: 'calm' },
  offline: { icon: CloudOff, tone: 'calm' },
  attention: { icon: CircleHelp, tone: 'warn' },
  error: { icon: CircleAlert, tone: 'bad' },
};

/** How much of the work of this round is done, 0 to 1; 1 when there is none. */
export function doneShare({ upload, download }: Pick<Status, 'upload' | 'download'>): number {
  const bytes = upload.totalBytes + download.totalBytes;
  if (bytes > 0) return (upload.bytes + download.bytes) / bytes;
  const files = upload.totalFiles + download.totalFiles;
  return files > 0 ? (upload.files + download.files) / files : 1;
}

/** Files of this round that are not through yet. */
export const filesLeft = ({ upload, download }: Pick<Status, 'upload' | 'download'>): number =>
  Math.max(0, upload.totalFiles - upload.files) + Math.max(0, download.totalFiles - download.files);

function pausedSentence({ pausedUntil }: Status, { t, format }: Words): string {
  return pausedUntil === null ? t('state.paused') : t('state.pausedUntil', { time: format.dayTime(pausedUntil, Date.now()) });
}

function sentence(status: Status, words: Words): string {
  const { t } = words;
  switch (status.state) {
    case 'syncing':
      return t('state.syncing', { count: filesLeft(status) });
    case 'paused':
      return pausedSentence(status, words);
    case 'up_to_date':
      return status.issues === 0 ? t('state.up_to_date') : t('state.upToDateBut', { count: status.issues });
    default:
      // What still fits goes on.
      return t(status.reason !== null && isLackOfRoom(status.reason) ? 'state.noRoom' : `state.${status.state}`);
  }
}

function Detail({ status, words }: { readonly status: Status; readonly words: Words }): ReactElement {
  const { t } = words;
  if (status.reason !== null && ['error', 'attention', 'offline'].includes(status.state)) {
    const { problem, wayOut } = words.error(status.reason);
    return (
      <>
        <p>{problem}</p>
        <p className="muted">{status.state === 'offline' ? t('overview.offlineHint') : wayOut}</p>
        {status.paused && <p>{pausedSentence(status, words)}</p>}
        {/* What is asked must not hide that nothing is sent. */}
        {status.offline !== null && status.state !== 'offline' && (
          <p>
            {words.error(status.offline).problem} {t('overview.offlineHint')}
          </p>
        )}
      </>
    );
  }
  if (status.state === 'paused') return <p>{t('overview.pausedHint')}</p>;
  return (
    <>
      <p>{status.scanning && status.state !== 'up_to_date' ? t('overview.scanning') : t('overview.items', { count: status.items })}</p>
      <p className="muted">
        {status.lastSyncedAt === null ? t('overview.nothingYet') : t('overview.lastSynced', { when: words.ago(status.lastSyncedAt) })}
      </p>
    </>
  );
}

/** The one button that fits the state, if there is one. */
function WayOut({
  status,
  stores,
  words: { t },
}: {
  readonly status: Status;
  readonly stores: Stores;
  readonly words: Words;
}): ReactElement | null {
  const { route, setup } = stores;
  if (status.reason !== null && errorKind(status.reason.code).reaction === 'sign_in') {
    return (
      <Button kind="primary" onClick={() => setup.signInAgain(status)}>
        {t('overview.signIn')}
      </Button>
    );
  }
  const answer = <Button onClick={() => document.getElementById('questions')?.focus()}>{t('overview.reviewQuestion')}</Button>;
  const choose = <Button onClick={() => route.go('conflicts')}>{t('overview.reviewConflicts')}</Button>;
  // A question must not hide that a choice waits elsewhere.
  if (status.questions > 0 && status.conflicts > 0) {
    return (
      <div className="buttons">
        {answer}
        {choose}
      </div>
    );
  }
  if (status.questions > 0) return answer;
  if (status.conflicts > 0) return choose;
  if (status.issues > 0) return <Button onClick={() => route.go('issues')}>{t('overview.reviewIssues')}</Button>;
  return null;
}

/** The state in a sentence, over water that stands as high as the work is done. */
export function Headline(): ReactElement {
  const words = useWords();
  const stores = useStores();
  const status = useStatus((value) => value);
  if (status === null) return <LoadingRows count={2} />;
  const { icon: Icon, tone } = looks[status.state];
  const syncing = status.state === 'syncing';
  return (
    <section className={`headline tone-${tone}`} aria-labelledby="headline">
      <Tide level={status.state === 'not_set_up' || status.state === 'starting' ? 0 : doneShare(status)} moving={syncing} />
      <div className="headline-words">
        <span className="headline-mark">
          <Icon aria-hidden className="icon" />
        </span>
        <div>
          <h2 id="headline" aria-live="polite">
            {sentence(status, words)}
          </h2>
          <Detail status={status} words={words} />
        </div>
        <WayOut status={status} stores={stores} words={words} />
      </div>
      {status.folder !== null && (
        <p className="headline-folder">
          <span className="muted">{words.t('overview.folder')}</span> <bdi>{status.folder.path}</bdi>
        </p>
      )}
    </section>
  );
}
