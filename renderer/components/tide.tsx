import type { CSSProperties, ReactElement } from 'react';

/** Water that stands as high as the work is done; it moves only while something is synced. Decoration: the words say the same. */
export function Tide({ level, moving }: { readonly level: number; readonly moving: boolean }): ReactElement {
  const style: CSSProperties & Record<'--level', string> = { '--level': String(Math.min(1, Math.max(0, level))) };
  return (
    <div className={moving ? 'tide tide-moving' : 'tide'} style={style} aria-hidden>
      <svg viewBox="0 0 1600 120" preserveAspectRatio="none" className="tide-wave tide-back">
        <path d="M0 60 C 100 20 300 20 400 60 S 700 100 800 60 S 1100 20 1200 60 S 1500 100 1600 60 V 120 H 0 Z" />
      </svg>
      <svg viewBox="0 0 1600 120" preserveAspectRatio="none" className="tide-wave tide-front">
        <path d="M0 64 C 130 96 270 96 400 64 S 670 32 800 64 S 1070 96 1200 64 S 1470 32 1600 64 V 120 H 0 Z" />
      </svg>
      <div className="tide-body" />
    </div>
  );
}
