import { KiB } from '../../base/index.ts';
import type { SpeedLimit, Terms } from '../../contract/index.ts';
import type { Store } from '../store/index.ts';

export type SpeedCaps = Pick<Terms, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'>;

/** The lower of the plan's cap and of what the settings say, each way. */
export function speedLimits(
  store: Pick<Store, 'setting'>,
  caps: SpeedCaps,
): { readonly up: SpeedLimit | null; readonly down: SpeedLimit | null } {
  return {
    up: lower(caps.uploadBytesPerSecond, store.setting('upload.limitKiBps')),
    down: lower(caps.downloadBytesPerSecond, store.setting('download.limitKiBps')),
  };
}

/** @param setting KiB a second; 0: no limit */
function lower(cap: number | null, setting: number): SpeedLimit | null {
  const own = setting * KiB;
  if (own > 0 && (cap === null || own < cap)) return { bytesPerSecond: own, by: 'settings' };
  return cap === null ? null : { bytesPerSecond: cap, by: 'plan' };
}
