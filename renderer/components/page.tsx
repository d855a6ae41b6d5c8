import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

/** A place of the window: its heading takes the focus when one comes here, so that a screen reader begins there. */
export function Page({
  title,
  actions,
  children,
  fill = false,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly fill?: boolean;
}): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={fill ? 'page page-fill' : 'page'}>
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
