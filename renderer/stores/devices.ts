import { createStore, type StoreApi } from 'zustand/vanilla';
import { id128 } from '../../src/contract/index.ts';
import { minuteMs } from '../../src/base/index.ts';
import type { Session } from '../api/session.ts';

export interface DevicesStore extends StoreApi<{ readonly names: ReadonlyMap<string, string> }> {
  /** Asks for the names when this one is not known; at most once a minute, since a device that is gone has none. */
  need(id: string): void;
}

/** The name for a device as it stands in a row: by its id, or already in words. Null when there is none to show. */
export function deviceName(names: ReadonlyMap<string, string>, device: string | null): string | null {
  if (device === null || device === '') return null;
  return id128.safeParse(device).success ? (names.get(device) ?? null) : device;
}

/** Names of the account's devices, read when something mentions one. */
export function createDevicesStore(session: Session, now: () => number = Date.now): DevicesStore {
  const store = createStore<{ names: ReadonlyMap<string, string> }>(() => ({ names: new Map() }));
  let askedAt = Number.NEGATIVE_INFINITY;
  session.onConnected(() => (askedAt = Number.NEGATIVE_INFINITY));
  return Object.assign(store, {
    need(id: string) {
      if (!id128.safeParse(id).success || store.getState().names.has(id) || now() - askedAt < minuteMs) return;
      askedAt = now();
      void session.ask('devices.list', {}).then((answer) => {
        if (answer.ok) store.setState({ names: new Map(answer.value.devices.map((device) => [device.id, device.name])) });
      });
    },
  });
}
