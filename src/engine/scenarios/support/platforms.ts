import type { PlatformFacts } from '../../environment.ts';
import { APFS_NAMES, HFS_PLUS_NAMES, WINDOWS_NAMES } from '../../fakes/disk/name-rules.ts';
import type { VolumeOptions } from '../../fakes/disk/index.ts';

/** A kind of computer: what the engine is told of it, and how its disk behaves. */
interface Platform {
  readonly facts: Pick<PlatformFacts, 'platform' | 'caseSensitive'>;
  readonly volume: Omit<VolumeOptions, 'now'>;
}

const PAST_DOUBLES = 2n ** 53n + 1n;

export const PLATFORMS = {
  linux: { facts: { platform: 'linux', caseSensitive: true }, volume: {} },
  /** NTFS: file ids of 64 bits, no executable bit. */
  windows: {
    facts: { platform: 'windows', caseSensitive: false },
    volume: { names: WINDOWS_NAMES, modes: false, firstInode: PAST_DOUBLES },
  },
  /** A stick with exFAT in a computer with Windows: no links, no birth times to trust. */
  stick: {
    facts: { platform: 'windows', caseSensitive: false },
    volume: { names: WINDOWS_NAMES, modes: false, hardLinks: false, birthTimes: false },
  },
  macos: { facts: { platform: 'macos', caseSensitive: false }, volume: { names: APFS_NAMES } },
  /** HFS+, as old disks of Macs still have it. */
  oldMac: { facts: { platform: 'macos', caseSensitive: false }, volume: { names: HFS_PLUS_NAMES } },
} as const satisfies Record<string, Platform>;

export type PlatformName = keyof typeof PLATFORMS;
