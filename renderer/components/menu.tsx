import { ChevronDown, type LucideIcon } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';

export interface MenuItem {
  readonly label: string;
  readonly choose: () => void;
}

/** A button that opens a list of choices: arrows move, Escape closes and gives the focus back. */
export function MenuButton({
  label,
  icon: Icon,
  items,
}: {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly items: readonly MenuItem[];
}): ReactElement {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  const itemAt = (index: number): void => {
    const all = root.current?.querySelectorAll<HTMLButtonElement>('[role=menuitem]') ?? [];
    all[(index + all.length) % all.length]?.focus();
  };
  useEffect(() => {
    if (!open) return;
    itemAt(0);
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKey = (event: KeyboardEvent, index: number): void => {
    const moves: Partial<Record<string, () => void>> = {
      ArrowDown: () => itemAt(index + 1),
      ArrowUp: () => itemAt(index - 1),
      Home: () => itemAt(0),
      End: () => itemAt(-1),
      Escape: close,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };

  return (
    <div className="menu" ref={root} onBlur={(event) => root.current?.contains(event.relatedTarget) === false && setOpen(false)}>
      <button
        ref={button}
        type="button"
        className="button button-plain"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon aria-hidden className="icon" />
        <span>{label}</span>
        <ChevronDown aria-hidden className="icon icon-small" />
      </button>
      {open && (
        <div role="menu" id={id} aria-label={label} className="menu-list">
          {items.map((item, index) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className="menu-item"
              onKeyDown={(event) => onKey(event, index)}
              onClick={() => {
                close();
                item.choose();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
