import type { Quota, Terms } from '../../contract/index.ts';
import type { Usage } from '../catalogue.ts';

export const usedBytes = (usage: Usage): number => usage.filesBytes + usage.versionsBytes + usage.trashBytes;

/** How many bytes have to be freed before `size` more fit; 0 when they do. */
export const shortfallBytes = (usage: Usage, size: number): number => Math.max(0, usedBytes(usage) + size - usage.totalBytes);

/** PRODUCT, "Plans and quota": under a tenth left is nearing, under a hundredth critical. */
export function quotaState(usage: Usage): Quota['state'] {
  const left = usage.totalBytes - usedBytes(usage);
  return left <= 0 ? 'exceeded' : left * 100 < usage.totalBytes ? 'critical' : left * 10 < usage.totalBytes ? 'nearing' : 'normal';
}

export function quotaOf(usage: Usage, terms: Terms, atCap: Pick<Quota, 'uploadAtCap' | 'downloadAtCap'>): Quota {
  const { totalBytes, filesBytes, versionsBytes, trashBytes } = usage;
  const bytes = { totalBytes, usedBytes: usedBytes(usage), filesBytes, versionsBytes, trashBytes };
  return { ...terms, ...bytes, ...atCap, state: quotaState(usage) };
}
