import type { Loopback } from '../environment.ts';

/** Nobody ever comes. */
export const noLoopback: Loopback = async (path) => ({ address: `http://127.0.0.1:1/${path}`, close: () => undefined });
