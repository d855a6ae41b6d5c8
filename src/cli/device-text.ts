import { minuteMs } from '../base/index.ts';
import type { Device, DevicePlace } from '../contract/index.ts';
import { table, when } from './text.ts';

/** What a device told is old once another one was seen so much later. */
const STALE_MS = 10 * minuteMs;

/** The devices of an account in a table, with where and how far they are. */
export function devicesText(devices: readonly Device[]): string {
  const newest = Math.max(0, ...devices.map(({ lastSeenAt }) => lastSeenAt));
  const rows = devices.map((device) => [
    device.id,
    device.platform,
    device.appVersion,
    when(device.lastSeenAt),
    placeText(device.place),
    syncText(device, newest),
    device.current ? `${device.name} (this one)` : device.name,
  ]);
  return table(['ID', 'PLATFORM', 'VERSION', 'LAST SEEN', 'PLACE', 'SYNC', 'NAME'], rows);
}

export function placeText(place: DevicePlace | null): string {
  switch (place?.from) {
    case undefined:
      return '';
    case 'this_machine':
      return 'machine of the cloud';
    case 'local_network':
      return 'network of the cloud';
    case 'internet': {
      const country = place.country === null ? null : (new Intl.DisplayNames('en', { type: 'region' }).of(place.country) ?? place.country);
      const named = [place.city, country].filter((part) => part !== null).join(', ');
      return named === '' ? (place.network ?? '') : named;
    }
  }
}

export function syncText({ sync, lastSeenAt }: Pick<Device, 'sync' | 'lastSeenAt'>, newest: number): string {
  if (sync === null) return '';
  const { state, waiting, issues, upToDateAt } = sync;
  const counts = [
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    // Conflicts and questions are counted with them, whose files may well be in the cloud.
    ...(issues === 0 ? [] : [`${issues} ${issues === 1 ? 'needs' : 'need'} attention`]),
    ...(state === 'up_to_date' || upToDateAt === null ? [] : [`up to date ${when(upToDateAt)}`]),
    ...(newest - lastSeenAt > STALE_MS ? ['when last seen'] : []),
  ];
  const word = { up_to_date: 'up to date', syncing: 'syncing', paused: 'paused', waiting: '', error: 'stopped by an error' }[state];
  return [...(word === '' ? [] : [word]), ...counts].join(', ');
}
