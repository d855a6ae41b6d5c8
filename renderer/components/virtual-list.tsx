import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

export interface VirtualListProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
  readonly render: (row: T) => ReactNode;
  /** Expected height of a row in pixels; the true one is measured. */
  readonly rowPx: number;
  readonly hasMore: boolean;
  readonly onMore: () => void;
}

/** A list that draws only what is seen and asks for more near its end. The container takes the focus, so that the keyboard scrolls it. */
export function VirtualList<T>({ label, rows, keyOf, render, rowPx, hasMore, onMore }: VirtualListProps<T>): ReactElement {
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowPx,
    overscan: 8,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && last >= rows.length - 20) onMore();
  }, [hasMore, last, rows.length, onMore]);

  return (
    <div className="scroller" ref={viewport} tabIndex={0} role="group" aria-label={label}>
      <ul className="virtual" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <li
              key={item.key}
              data-index={item.index}
              ref={virtual.measureElement}
              className="virtual-row"
              aria-setsize={hasMore ? -1 : rows.length}
              aria-posinset={item.index + 1}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {render(row)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
