import { windowsCanHold } from '../../base/index.ts';
import type { PlatformFacts } from '../environment.ts';

/** Whether a file of this name can be made on the platform; the cloud allows more than any of them. */
export function canHoldName(platform: PlatformFacts['platform']): (name: string) => boolean {
  return platform === 'windows' ? windowsCanHold : () => true;
}
