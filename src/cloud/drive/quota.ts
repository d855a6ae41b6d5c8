import type { Quota } from '../../contract/index.ts';
import type { Usage } from '../catalogue.ts';

export const usedBytes = (usage: Usage): number => usage.filesBytes + usage.versionsBytes + usage.trashBytes;

/** How many bytes have to be freed before `size` more fit; 0 when they do. */
export const shortfallBytes = (usage: Usage, size: number): number => Math.max(0, usedBytes(usage) + size - usage.totalBytes);

/** PRODUCT, "Plans and quota": under a tenth left is nearing, under a hundredth critical. */
export function quotaOf(usage: Usage): Quota {
  const used = usedBytes(usage);
  const left = usage.totalBytes - used;
  const state = left <= 0 ? 'exceeded' : left * 100 < usage.totalBytes ? 'critical' : left * 10 < usage.totalBytes ? 'nearing' : 'normal';
  return { ...usage, usedBytes: used, state };
}
