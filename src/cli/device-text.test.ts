import { describe, expect, it } from 'vitest';
import { hourMs } from '../base/index.ts';
import type { Device } from '../contract/index.ts';
import { devicesText, placeText, syncText } from './device-text.ts';

const at = (network: string | null, country: string | null, city: string | null) => placeText({ from: 'internet', network, country, city });

describe('where a device is', () => {
  it('is told by city and country, by country, or by its network', () => {
    expect(at('203.0.113.0/24', 'DE', 'Berlin')).toBe('Berlin, Germany');
    expect(at('203.0.113.0/24', 'JP', null)).toBe('Japan');
    expect(at('203.0.113.0/24', null, null)).toBe('203.0.113.0/24');
    expect(placeText({ from: 'this_machine', network: null, country: null, city: null })).toBe('machine of the cloud');
    expect(placeText({ from: 'local_network', network: null, country: null, city: null })).toBe('network of the cloud');
    expect(placeText(null)).toBe('');
  });
});

describe('how far a device is', () => {
  const now = Date.UTC(2026, 5, 1);
  const told = (sync: Partial<NonNullable<Device['sync']>>, agoMs = 0): string =>
    syncText({ sync: { state: 'up_to_date', waiting: 0, issues: 0, at: now, upToDateAt: null, ...sync }, lastSeenAt: now - agoMs }, now);

  it('is told in few words', () => {
    expect(told({})).toBe('up to date');
    expect(told({ state: 'syncing', waiting: 12 })).toBe('syncing, 12 waiting');
    expect(told({ state: 'waiting', issues: 1 })).toBe('1 needs attention');
    expect(told({ state: 'paused', waiting: 3, issues: 2 })).toBe('paused, 3 waiting, 2 need attention');
    expect(told({ state: 'error', upToDateAt: now })).toMatch(/^stopped by an error, up to date \d{4}-/);
    expect(told({}, hourMs), 'it is off since then').toBe('up to date, when last seen');
    expect(syncText({ sync: null, lastSeenAt: now }, now)).toBe('');
  });

  it('and a name steers no terminal', () => {
    const device = {
      id: 'a',
      name: 'a\u001b[31m\u202eb',
      platform: 'linux',
      appVersion: '1',
      createdAt: 0,
      lastSeenAt: 0,
      current: true,
    } as const;
    const text = devicesText([{ ...device, place: null, sync: null }]);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('(this one)');
  });
});
