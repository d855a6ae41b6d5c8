import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

/** Nothing to show, said kindly. */
export function Empty({
  icon: Icon,
  title,
  hint,
  children,
}: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly hint: string;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div className="empty">
      <span className="empty-mark">
        <Icon aria-hidden className="icon" />
      </span>
      <p className="empty-title">{title}</p>
      <p className="muted">{hint}</p>
      {children}
    </div>
  );
}
