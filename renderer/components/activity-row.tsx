import {
  ArrowDown,
  ArrowUp,
  CloudOff,
  FolderMinus,
  FolderPlus,
  FolderSync,
  GitCompare,
  LogIn,
  LogOut,
  type LucideIcon,
  MoveRight,
  Trash2,
  Undo2,
} from 'lucide-react';
import type { ReactElement } from 'react';
import type { Activity, ActivityKind } from '../../src/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { PathName } from './path-name.tsx';
import { UndoButton } from './undo-button.tsx';
import { useDeviceName } from './use-device-name.ts';

const icons: Readonly<Record<ActivityKind, LucideIcon>> = {
  uploaded: ArrowUp,
  downloaded: ArrowDown,
  updated_cloud: ArrowUp,
  updated_here: ArrowDown,
  deleted_cloud: Trash2,
  deleted_here: Trash2,
  copy_dropped: CloudOff,
  moved_cloud: MoveRight,
  moved_here: MoveRight,
  folder_cloud: FolderPlus,
  folder_here: FolderPlus,
  conflict: GitCompare,
  chosen: GitCompare,
  undone: Undo2,
  signed_in: LogIn,
  signed_out: LogOut,
  folder_added: FolderSync,
  folder_removed: FolderMinus,
};

const gone: readonly ActivityKind[] = [
  'deleted_cloud',
  'deleted_here',
  'copy_dropped',
  'signed_in',
  'signed_out',
  'folder_added',
  'folder_removed',
];

/** One line of the history: what happened to which item, when. The name opens its folder where that is possible. */
export function ActivityRow({ row }: { readonly row: Activity }): ReactElement {
  const { t, format } = useWords();
  const { desktop } = useStores();
  const device = useDeviceName(row.device);
  const Icon = icons[row.kind];
  const name = <PathName path={row.path} whole={t('issues.wholeFolder')} />;
  return (
    <div className="activity-row">
      <span className={`activity-mark activity-${row.kind}`}>
        <Icon aria-hidden className="icon icon-small" />
      </span>
      <div className="activity-words">
        {desktop === null || gone.includes(row.kind) ? (
          name
        ) : (
          <button type="button" className="link" onClick={() => void desktop.showItem(row.path)}>
            {name}
          </button>
        )}
        <span className="muted small">
          {t(`activity.kind.${row.kind}`)}
          {row.otherPath !== null && (
            <>
              {' · '}
              <bdi>{t('activity.from', { path: row.otherPath })}</bdi>
            </>
          )}
          {device !== null && (
            <>
              {' · '}
              <bdi>{t('activity.byDevice', { device })}</bdi>
            </>
          )}
        </span>
      </div>
      <span className="muted small activity-size">{row.sizeBytes === null ? '' : format.bytes(row.sizeBytes)}</span>
      <span className="activity-undo">
        <UndoButton row={row} />
      </span>
      <time className="muted small activity-time" dateTime={new Date(row.at).toISOString()}>
        {format.time(row.at)}
      </time>
    </div>
  );
}
