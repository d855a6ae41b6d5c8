import { z } from 'zod';
import type { MethodTable } from '../rpc/index.ts';

const none = z.object({});

/** What the profile's process answers beside the engine: on the local socket only, which is the person's own. */
export const hostMethods = {
  /** Watches and syncs from now on; a process that was started for one short command may not have begun. */
  'host.begin': { params: none, result: none },
  /** An address that opens the browser UI once, within a minute. Opens the UI when it is not open yet; `port` counts only then. */
  'host.uiAddress': { params: z.object({ port: z.int().min(0).max(65_535).default(0) }), result: z.object({ url: z.url() }) },
} as const satisfies MethodTable;

export type HostMethods = typeof hostMethods;
