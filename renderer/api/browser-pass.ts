import type { Pass } from './socket-transport.ts';

const KEY = 'tidemark.session';

/** The code in a fragment such as `#code=…` or `#…`; null when the fragment is a place inside the window (`#/files`). */
export function codeInFragment(fragment: string): string | null {
  const text = fragment.replace(/^#/, '');
  if (text === '' || text.startsWith('/')) return null;
  const code = new URLSearchParams(text).get('code') ?? text;
  return code === '' ? null : code;
}

/** The pass of this tab. Takes the code out of the address at once, so that it is neither seen nor bookmarked. */
export function browserPass(win: Window): Pass {
  let code = codeInFragment(win.location.hash);
  if (code !== null) win.history.replaceState(null, '', win.location.pathname + win.location.search);
  return {
    valid: () => code !== null || win.sessionStorage.getItem(KEY) !== null,
    takeCode() {
      const taken = code;
      code = null;
      return taken;
    },
    session: () => win.sessionStorage.getItem(KEY),
    keep: (session) => win.sessionStorage.setItem(KEY, session),
    forget: () => win.sessionStorage.removeItem(KEY),
  };
}
