import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Status, TransferProgress } from '../../src/contract/index.ts';
import { baseName } from '../../src/base/index.ts';
import { Name } from '../components/path-name.tsx';
import { useWords } from '../i18n/use-words.ts';
import { useStatus } from '../stores/index.ts';

const share = (done: number, total: number): number => (total === 0 ? 1 : Math.min(1, done / total));

/** One bar each way, with speed; the time left beneath. Shown only while there is something to show. */
export function ProgressBars(): ReactElement | null {
  const { t, format } = useWords();
  const upload = useStatus((status) => status?.upload);
  const download = useStatus((status) => status?.download);
  const etaMs = useStatus((status) => status?.etaMs ?? null);
  const busy = useStatus((status) => status?.state === 'syncing' || status?.state === 'paused');
  const sides = [
    { name: t('overview.upload'), icon: ArrowUp, progress: upload },
    { name: t('overview.download'), icon: ArrowDown, progress: download },
  ].filter(({ progress }) => progress !== undefined && progress.totalFiles > 0);
  if (!busy || sides.length === 0) return null;
  return (
    <section className="card" aria-label={t('overview.progress')}>
      {sides.map(
        ({ name, icon: Icon, progress }) =>
          progress !== undefined && <ProgressBar key={name} name={name} icon={<Icon aria-hidden className="icon" />} progress={progress} />,
      )}
      {etaMs !== null && <p className="muted time-left">{t('overview.timeLeft', { time: format.span(etaMs) })}</p>}
    </section>
  );
}

function ProgressBar({
  name,
  icon,
  progress,
}: {
  readonly name: string;
  readonly icon: ReactElement;
  readonly progress: Status['upload'];
}): ReactElement {
  const { t, format } = useWords();
  const files = t('overview.progressFiles', { done: progress.files, total: progress.totalFiles });
  const bytes =
    progress.totalBytes === 0
      ? null
      : t('overview.progressBytes', { done: format.bytes(progress.bytes), total: format.bytes(progress.totalBytes) });
  return (
    <div className="progress">
      <div className="progress-words">
        {icon}
        <span className="progress-name">{name}</span>
        <span className="muted">{files}</span>
        <span className="progress-numbers">
          {bytes !== null && <span className="muted">{bytes}</span>}
          <span>{t('overview.speed', { size: format.bytes(progress.bytesPerSecond) })}</span>
        </span>
      </div>
      <Bar
        label={name}
        value={progress.totalBytes > 0 ? share(progress.bytes, progress.totalBytes) : share(progress.files, progress.totalFiles)}
      />
    </div>
  );
}

function Bar({ label, value, thin = false }: { readonly label: string; readonly value: number; readonly thin?: boolean }): ReactElement {
  const percent = Math.floor(value * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={thin ? 'bar bar-thin' : 'bar'}
    >
      <div className="bar-done" style={{ width: `${percent}%` }} />
    </div>
  );
}

/** The files on the line right now, the largest first. */
export function Transfers(): ReactElement | null {
  const { t } = useWords();
  const transfers = useStatus((status) => status?.transfers);
  if (transfers === undefined || transfers.length === 0) return null;
  return (
    <section className="card" aria-labelledby="transfers">
      <h2 id="transfers">{t('overview.transfers')}</h2>
      <ul className="transfers">
        {transfers.map((transfer) => (
          <Transfer key={`${transfer.direction} ${transfer.path}`} transfer={transfer} />
        ))}
      </ul>
    </section>
  );
}

function Transfer({ transfer }: { readonly transfer: TransferProgress }): ReactElement {
  const { t, format } = useWords();
  const up = transfer.direction === 'up';
  const name = baseName(transfer.path);
  const Icon = up ? ArrowUp : ArrowDown;
  return (
    <li className="transfer">
      <Icon aria-hidden className="icon icon-small" />
      <Name>{name}</Name>
      <span className="muted small">
        {t('overview.progressBytes', { done: format.bytes(transfer.doneBytes), total: format.bytes(transfer.totalBytes) })}
      </span>
      <Bar
        thin
        label={t(up ? 'overview.transferUp' : 'overview.transferDown', { name })}
        value={share(transfer.doneBytes, transfer.totalBytes)}
      />
    </li>
  );
}
