import { browserPass } from './browser-pass.ts';
import { preloadTransport } from './preload-transport.ts';
import { socketTransport } from './socket-transport.ts';
import type { Desktop, Transport } from './transport.ts';

/** The way to the engine that this window has, and what it may do beside. */
export function openTransport(win: Window): { readonly transport: Transport; readonly desktop: Desktop | null } {
  if (win.tidemark !== undefined) return { transport: preloadTransport(win.tidemark), desktop: win.tidemark };
  const { protocol, host } = win.location;
  const address = `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/rpc`;
  return { transport: socketTransport({ address, pass: browserPass(win) }), desktop: null };
}
