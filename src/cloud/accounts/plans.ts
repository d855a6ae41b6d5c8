import { GiB } from '../../base/index.ts';
import type { PlanRow } from '../options.ts';

/** PRODUCT, "Plans and quota". First filled into the database; the operator's rows replace them there. */
export const builtInPlans: readonly PlanRow[] = [
  { id: 'free', storageBytes: 1 * GiB, devices: null, pricePerYearUsd: 0 },
  { id: 'premium', storageBytes: 20 * GiB, devices: 1, devicesCounted: 'computers', pricePerYearUsd: 29.99 },
  { id: 'family', storageBytes: 20 * GiB, devices: 6, pricePerYearUsd: 39.99 },
  { id: 'pro', storageBytes: 20 * GiB, devices: 9, pricePerYearUsd: null },
];
