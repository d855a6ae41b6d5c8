import { KiB } from '../../base/index.ts';
import type { SpeedLimit, Terms } from '../../contract/index.ts';
import type { Store } from '../store/index.ts';
import type { Throttle } from '../transfer/index.ts';

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

/** Keeps the transfers to these limits. */
export class Speed {
  readonly #store: Pick<Store, 'setting'>;
  readonly #throttle: Pick<Throttle, 'setLimits'>;
  readonly #onLimits: (up: SpeedLimit | null, down: SpeedLimit | null) => void;
  #caps: SpeedCaps = { uploadBytesPerSecond: null, downloadBytesPerSecond: null };

  constructor(
    store: Pick<Store, 'setting'>,
    throttle: Pick<Throttle, 'setLimits'>,
    onLimits: (up: SpeedLimit | null, down: SpeedLimit | null) => void,
  ) {
    this.#store = store;
    this.#throttle = throttle;
    this.#onLimits = onLimits;
  }

  /** The settings may have changed. */
  apply(): void {
    const { up, down } = speedLimits(this.#store, this.#caps);
    this.#throttle.setLimits({ uploadKiBps: (up?.bytesPerSecond ?? 0) / KiB, downloadKiBps: (down?.bytesPerSecond ?? 0) / KiB });
    this.#onLimits(up, down);
  }

  /** The caps of the plan: kept to here already, so that requests are no larger than what the cloud takes in a moment. */
  setCaps({ uploadBytesPerSecond, downloadBytesPerSecond }: SpeedCaps): void {
    const { uploadBytesPerSecond: up, downloadBytesPerSecond: down } = this.#caps;
    if (up === uploadBytesPerSecond && down === downloadBytesPerSecond) return;
    this.#caps = { uploadBytesPerSecond, downloadBytesPerSecond };
    this.apply();
  }
}
