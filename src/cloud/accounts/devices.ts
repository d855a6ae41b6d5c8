import { secondMs } from '../../base/index.ts';
import { type Device, type DeviceSync, type SyncReport, TidemarkError } from '../../contract/index.ts';
import type { AccountCatalogue, DeviceRecord, EndedBy, Holder } from '../catalogue.ts';
import { type AccountsOptions, note } from './account-parts.ts';
import type { Places } from './places.ts';

/** Mere counts are noted this often. */
const COUNTS_MS = 10 * secondMs;

/** The devices of an account, for the person whose they are. */
export class Devices {
  readonly #options: AccountsOptions;
  readonly #catalogue: AccountCatalogue;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
  }

  async list(holder: Holder): Promise<Device[]> {
    const devices = await this.#catalogue.devices(holder.account.no);
    return devices.map((device) => shownDevice(device, holder, this.#options.places));
  }

  /** What a device tells of itself; written down when it says something new. */
  async told({ device }: Holder, report: SyncReport): Promise<void> {
    const { now } = this.#options;
    const at = now();
    const before = device.sync;
    const isOther = before?.sync !== report.sync;
    const isCounted = before?.waiting !== report.waiting || before.issues !== report.issues;
    if (!isOther && !(isCounted && at - before.at >= COUNTS_MS)) return;
    // It had all until a moment ago.
    const syncedAt = report.sync !== 'up_to_date' && before?.sync === 'up_to_date' ? at : device.syncedAt;
    await this.#catalogue.told(device.no, report, at, syncedAt);
  }

  async rename(holder: Holder, id: string, name: string): Promise<Device> {
    const device = await this.#catalogue.renameDevice(holder.account.no, id, name);
    if (device === undefined) throw new TidemarkError('not_found');
    return shownDevice(device, holder, this.#options.places);
  }

  /** False when the account has no such device. */
  async end(holder: Holder, id: string, by: EndedBy): Promise<boolean> {
    const { account, device } = holder;
    const ending = (await this.#catalogue.devices(account.no)).find((one) => one.id === id);
    const deviceNo = await this.#catalogue.endDevice(account.no, id, by, this.#options.now(), device.name);
    if (deviceNo === undefined) return false;
    this.#options.onEnded(deviceNo, by);
    if (by === 'signed_out') note(this.#options, holder, 'signed_out', null);
    else note(this.#options, holder, 'device_ended', ending?.name ?? null);
    return true;
  }
}

/** @param asking null: nobody who is signed in */
export function shownDevice(device: DeviceRecord, asking: Holder | null, places: Places): Device {
  const { id, name, platform, appVersion, createdAt, seenAt, seenFrom } = device;
  const place = places.placeOf(seenFrom);
  return {
    id,
    name,
    platform,
    appVersion,
    createdAt,
    lastSeenAt: seenAt,
    current: id === asking?.device.id,
    place,
    sync: syncOf(device),
  };
}

function syncOf({ sync, syncedAt, seenAt }: DeviceRecord): DeviceSync | null {
  if (sync === null) return null;
  const { sync: state, waiting, issues, at } = sync;
  return { state, waiting, issues, at, upToDateAt: state === 'up_to_date' ? Math.max(at, seenAt) : syncedAt };
}
