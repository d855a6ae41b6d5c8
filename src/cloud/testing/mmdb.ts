import { isIPv4 } from 'node:net';

type Value = string | { readonly [key: string]: Value };

/** A database in the MaxMind DB format 2.0 that knows these networks, such as `203.0.113.0/24` or `2001:db8:1::/48`. */
export function mmdb(places: Readonly<Record<string, Value>>): Buffer {
  const nodes: (number | { readonly at: number } | undefined)[][] = [[]];
  const data: Buffer[] = [];
  let length = 0;
  for (const [network, value] of Object.entries(places)) {
    const bytes = encoded(value);
    put(nodes, bitsOf(network), { at: length });
    data.push(bytes);
    length += bytes.length;
  }
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, index) => {
    for (const side of [0, 1]) {
      const to = node[side];
      const record = to === undefined ? nodes.length : typeof to === 'number' ? to : nodes.length + 16 + to.at;
      tree.writeUIntBE(record, index * 6 + side * 3, 3);
    }
  });
  const about = map([
    ['binary_format_major_version', uint(5, 2)],
    ['binary_format_minor_version', uint(5, 0)],
    ['build_epoch', uint(6, 1_700_000_000)],
    ['database_type', encoded('Test')],
    ['description', encoded({ en: 'test' })],
    ['ip_version', uint(5, 6)],
    ['languages', Buffer.from([0x00, 0x04])],
    ['node_count', uint(6, nodes.length)],
    ['record_size', uint(5, 24)],
  ]);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), about]);
}

function put(nodes: (number | { readonly at: number } | undefined)[][], bits: readonly number[], leaf: { readonly at: number }): void {
  let at = 0;
  bits.forEach((bit, index) => {
    const node = nodes[at] ?? [];
    if (index === bits.length - 1) node[bit] = leaf;
    else {
      if (typeof node[bit] !== 'number') node[bit] = nodes.push([]) - 1;
      at = node[bit];
    }
  });
}

/** Addresses of IPv4 lie in the first 32 bits after 96 zeros. */
function bitsOf(network: string): readonly number[] {
  const [address = '', bits = ''] = network.split('/');
  const bytes = isIPv4(address)
    ? [...Array<number>(12).fill(0), ...address.split('.').map(Number)]
    : [...address.replace('::', '').split(':'), ...Array<string>(8).fill('0')]
        .slice(0, 8)
        .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
  const all = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
  return all.slice(0, Number(bits) + (isIPv4(address) ? 96 : 0));
}

function uint(type: 5 | 6, value: number): Buffer {
  const bytes = Buffer.alloc(5, (type << 5) | 4);
  bytes.writeUInt32BE(value, 1);
  return type === 6 ? bytes : Buffer.concat([Buffer.from([(type << 5) | 2]), bytes.subarray(3)]);
}

const map = (entries: readonly (readonly [string, Buffer])[]): Buffer =>
  Buffer.concat([Buffer.from([(7 << 5) | entries.length]), ...entries.flatMap(([key, value]) => [encoded(key), value])]);

function encoded(value: Value): Buffer {
  if (typeof value !== 'string') return map(Object.entries(value).map(([key, one]) => [key, encoded(one)]));
  const text = Buffer.from(value);
  return Buffer.concat([Buffer.from(text.length < 29 ? [(2 << 5) | text.length] : [(2 << 5) | 29, text.length - 29]), text]);
}
