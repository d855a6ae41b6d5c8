import type { SimDevice } from './device.ts';
import type { Scheduler } from './scheduler.ts';

/** What the device announces that it would do next. At rest it is nothing. */
export async function ahead(device: SimDevice, scheduler: Scheduler): Promise<readonly string[]> {
  const { operations, rounds } = await scheduler.until(device.call('sync.preview', {}), `${device.name}: preview`);
  if (rounds > 0 && operations.length === 0) return [`${device.name} has something left to write down`];
  return operations.map(({ kind, path }) => `${device.name} would ${kind} ${path}`);
}
