import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { parentPath } from '../../src/base/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { useStores } from '../stores/index.ts';
import { type TreeLine, treeLines } from '../stores/files.ts';
import { FileTreeRow } from './file-tree-row.tsx';

const ROW_PX = 44;

/**
 * The tree. The focus stays on the whole; `aria-activedescendant` names the line under the cursor, because lines
 * that are out of sight do not exist and cannot hold the focus.
 */
export function FileTree(): ReactElement {
  const { t } = useWords();
  const { files } = useStores();
  const folders = useStore(files, (state) => state.folders);
  const open = useStore(files, (state) => state.open);
  const active = useStore(files, (state) => state.active);
  const lines = useMemo(() => treeLines({ folders, open }), [folders, open]);
  const viewport = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    getItemKey: (index) => keyOf(lines[index], index),
  });
  const items = virtual.getVirtualItems();
  const activeIndex = lines.findIndex((line) => line.kind === 'item' && line.item.path === active);
  const drawn = items.some((item) => item.index === activeIndex);

  useEffect(() => {
    for (const { index } of items) {
      const line = lines[index];
      if (line?.kind === 'loading' && line.more) files.more(line.folder);
    }
  }, [items, lines, files]);

  const moveTo = (index: number): void => {
    const step = index >= activeIndex ? 1 : -1;
    let at = Math.min(lines.length - 1, Math.max(0, index));
    while (lines[at] !== undefined && lines[at]?.kind !== 'item') at += step;
    const line = lines[at];
    if (line?.kind !== 'item') return;
    files.activate(line.item.path);
    virtual.scrollToIndex(at);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const line = lines[activeIndex];
    const item = line?.kind === 'item' ? line.item : undefined;
    const isOpen = line?.kind === 'item' && line.open;
    const keys: Partial<Record<string, () => void>> = {
      ArrowDown: () => moveTo(activeIndex + 1),
      ArrowUp: () => moveTo(activeIndex - 1),
      PageDown: () => moveTo(activeIndex + 10),
      PageUp: () => moveTo(activeIndex - 10),
      Home: () => moveTo(0),
      End: () => moveTo(lines.length - 1),
      ArrowRight: () => {
        if (item?.kind !== 'folder') return;
        if (isOpen) moveTo(activeIndex + 1);
        else files.toggle(item.path);
      },
      ArrowLeft: () => {
        if (item === undefined) return;
        if (isOpen) files.toggle(item.path);
        else if (parentPath(item.path) !== '') files.activate(parentPath(item.path));
      },
      Enter: () => item !== undefined && void files.explain(item),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  return (
    <div className="tree-frame">
      <div className="tree-head" aria-hidden>
        <span>{t('files.name')}</span>
        <span>{t('files.size')}</span>
        <span>{t('files.status')}</span>
        <span />
      </div>
      <div
        ref={viewport}
        className="scroller tree"
        role="tree"
        aria-label={t('files.tree')}
        aria-describedby={`${id}-hint`}
        aria-activedescendant={drawn ? `${id}-${activeIndex}` : undefined}
        tabIndex={0}
        onKeyDown={onKey}
        onFocus={() => active === null && moveTo(0)}
      >
        <div role="presentation" className="virtual" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const line = lines[item.index];
            return line === undefined ? null : (
              <FileTreeRow key={item.key} id={`${id}-${item.index}`} line={line} active={item.index === activeIndex} topPx={item.start} />
            );
          })}
        </div>
      </div>
      <p id={`${id}-hint`} className="muted small tree-hint">
        {t('files.hint')}
      </p>
    </div>
  );
}

function keyOf(line: TreeLine | undefined, index: number): string | number {
  if (line === undefined) return index;
  return line.kind === 'item' ? line.item.path : `${line.kind} ${line.folder}`;
}
