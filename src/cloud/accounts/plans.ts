import { GiB, MiB } from '../../base/index.ts';
import type { PlanRow } from '../options.ts';

const uncapped = { uploadBytesPerSecond: null, downloadBytesPerSecond: null } as const;

/**
 * PRODUCT, "Plans and quota". What there is until the operator gives a catalogue. The caps of the free plan: its whole
 * gigabyte goes up in nine minutes, and ten such accounts at once leave a line of a gigabit to the others.
 */
export const builtInPlans: readonly PlanRow[] = [
  {
    id: 'free',
    storageBytes: 1 * GiB,
    devices: null,
    pricePerYearUsd: 0,
    uploadBytesPerSecond: 2 * MiB,
    downloadBytesPerSecond: 4 * MiB,
  },
  { id: 'premium', storageBytes: 20 * GiB, devices: 1, devicesCounted: 'computers', pricePerYearUsd: 29.99, ...uncapped },
  { id: 'family', storageBytes: 20 * GiB, devices: 6, pricePerYearUsd: 39.99, ...uncapped },
  { id: 'pro', storageBytes: 20 * GiB, devices: 9, pricePerYearUsd: null, ...uncapped },
];
