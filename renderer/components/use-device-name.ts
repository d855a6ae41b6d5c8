import { useEffect } from 'react';
import { useStore } from 'zustand';
import { deviceName } from '../stores/devices.ts';
import { useStores } from '../stores/index.ts';

/** The name of the device that a row mentions, or null. */
export function useDeviceName(device: string | null): string | null {
  const { devices } = useStores();
  const name = useStore(devices, ({ names }) => deviceName(names, device));
  useEffect(() => {
    if (device !== null) devices.need(device);
  }, [devices, device]);
  return name;
}
