import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mmdb } from '../testing/mmdb.ts';
import { coarsened, Places } from './places.ts';

describe('an address', () => {
  it.each([
    ['127.0.0.1', 'this_machine'],
    ['::1', 'this_machine'],
    ['::ffff:127.0.0.1', 'this_machine'],
    ['192.168.1.77', 'local_network'],
    ['10.1.2.3', 'local_network'],
    ['172.31.0.1', 'local_network'],
    ['100.64.9.9', 'local_network'],
    ['fe80::1%eth0', 'local_network'],
    ['fd00::1', 'local_network'],
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['172.32.0.1', '172.32.0.0/24'],
    ['2001:0DB8:0001:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8::7', '2001:db8:0::/48'],
    ['nonsense', null],
    ['', null],
  ])('%s is kept as %s', (address, kept) => {
    expect(coarsened(address)).toBe(kept);
  });
});

describe('places', () => {
  let dir: string;
  let file: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidemark-places-'));
    file = join(dir, 'places.mmdb');
    writeFileSync(
      file,
      mmdb({
        '203.0.113.0/24': { country: { iso_code: 'DE' }, city: { names: { en: 'Berlin' } } },
        '198.51.0.0/16': { country_code: 'FR' },
        '2001:db8:1::/48': { country: { iso_code: 'JP' } },
        '192.0.2.0/24': { country: { iso_code: 'not a code' } },
      }),
    );
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('are told by city and country where there is a database, and by network alone where there is none', () => {
    const places = new Places(file);
    const from = 'internet';
    expect(places.placeOf('203.0.113.0/24')).toEqual({ from, network: '203.0.113.0/24', country: 'DE', city: 'Berlin' });
    expect(places.placeOf('198.51.100.0/24')).toEqual({ from, network: '198.51.100.0/24', country: 'FR', city: null });
    expect(places.placeOf('2001:db8:1::/48')).toEqual({ from, network: '2001:db8:1::/48', country: 'JP', city: null });
    expect(places.placeOf('192.0.2.0/24')).toEqual({ from, network: '192.0.2.0/24', country: null, city: null });
    expect(places.placeOf('8.8.8.0/24')).toEqual({ from, network: '8.8.8.0/24', country: null, city: null });
    expect(new Places().placeOf('203.0.113.0/24')).toEqual({ from, network: '203.0.113.0/24', country: null, city: null });
  });

  it('are not looked up on this machine or in this network', () => {
    const places = new Places(file);
    expect(places.placeOf('this_machine')).toEqual({ from: 'this_machine', network: null, country: null, city: null });
    expect(places.placeOf('local_network')).toEqual({ from: 'local_network', network: null, country: null, city: null });
    expect(places.placeOf(null)).toBeNull();
  });

  it('of a file that is no such database are refused at the start, also of one that is not there', () => {
    const other = join(dir, 'other.mmdb');
    writeFileSync(other, 'not a database');
    for (const path of [other, join(dir, 'none.mmdb')]) expect(() => new Places(path)).toThrow(/no database of places/);
  });
});
