import { ChevronRight, File, FileImage, FileSpreadsheet, FileText, Folder, FolderOpen, type LucideIcon, Presentation } from 'lucide-react';
import type { CSSProperties, ReactElement } from 'react';
import { splitExtension } from '../../src/base/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import type { TreeLine } from '../stores/files.ts';
import { Name } from './path-name.tsx';
import { StateMark } from './state-mark.tsx';

const byExtension: readonly (readonly [LucideIcon, RegExp])[] = [
  [FileText, /^\.(docx?|odt|rtf|txt|md|pdf|wps)$/i],
  [FileSpreadsheet, /^\.(xlsx?|ods|csv|et)$/i],
  [Presentation, /^\.(pptx?|odp|dps)$/i],
  [FileImage, /^\.(png|jpe?g|gif|webp|heic|svg|tiff?)$/i],
];

function iconFor(name: string): LucideIcon {
  const { extension } = splitExtension(name);
  return byExtension.find(([, pattern]) => pattern.test(extension))?.[0] ?? File;
}

/** One line of the tree: an item, or word of what is still being read. */
export function FileTreeRow({
  line,
  id,
  active,
  topPx,
}: {
  readonly line: TreeLine;
  readonly id: string;
  readonly active: boolean;
  readonly topPx: number;
}): ReactElement {
  const { t, format, error } = useWords();
  const { files } = useStores();
  const style: CSSProperties & Record<'--level', number> = { '--level': line.level - 1, transform: `translateY(${topPx}px)` };
  if (line.kind !== 'item') {
    return (
      <div role="treeitem" aria-level={line.level} aria-disabled className="tree-row tree-note muted" style={style} id={id}>
        {line.kind === 'loading' ? t('files.loading') : error(line.error).problem}
      </div>
    );
  }
  const { item, open } = line;
  const folder = item.kind === 'folder';
  const Icon = folder ? (open ? FolderOpen : Folder) : iconFor(item.name);
  return (
    <div
      role="treeitem"
      id={id}
      aria-level={line.level}
      aria-setsize={line.siblings}
      aria-posinset={line.position}
      aria-expanded={folder ? open : undefined}
      aria-selected={active}
      className={active ? 'tree-row tree-active' : 'tree-row'}
      style={style}
      onClick={() => {
        files.activate(item.path);
        if (folder) files.toggle(item.path);
      }}
    >
      <span className="tree-name">
        <ChevronRight
          aria-hidden
          className={folder ? (open ? 'icon icon-small twist twist-open' : 'icon icon-small twist') : 'icon icon-small twist hidden'}
        />
        <Icon aria-hidden className={folder ? 'icon kind-folder' : 'icon kind-file'} />
        <Name>{item.name}</Name>
      </span>
      <span className="muted small tree-size">{folder ? '' : format.bytes(item.sizeBytes)}</span>
      <StateMark state={item.state} />
      {/* For the pointer. Enter on the line does the same, so it is no part of the line's name. */}
      <button
        type="button"
        tabIndex={-1}
        className="button button-quiet button-small"
        aria-hidden
        onClick={(event) => {
          event.stopPropagation();
          files.activate(item.path);
          void files.explain(item);
        }}
      >
        {t('files.why')}
      </button>
    </div>
  );
}
