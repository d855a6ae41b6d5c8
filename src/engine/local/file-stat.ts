import type { BigIntStats } from 'node:fs';
import type { FileStat } from '../model/index.ts';

type Kind = FileStat['kind'];

const S_IFMT = 0o170000n;
const KINDS: ReadonlyMap<bigint, Kind> = new Map([
  [0o100000n, 'file'],
  [0o040000n, 'folder'],
  [0o120000n, 'symlink'],
]);
const KIND_CODES: readonly Kind[] = ['file', 'folder', 'symlink', 'special'];

const kindOf = (mode: bigint): Kind => KINDS.get(mode & S_IFMT) ?? 'special';

export const toFileStat = (stats: BigIntStats): FileStat => ({
  kind: kindOf(stats.mode),
  size: Number(stats.size),
  dev: String(stats.dev),
  ino: String(stats.ino),
  birthtimeNs: String(stats.birthtimeNs),
  mtimeNs: String(stats.mtimeNs),
  ctimeNs: String(stats.ctimeNs),
  mode: Number(stats.mode & 0o7777n),
  links: Number(stats.nlink),
});

/** Stats of a whole folder in one buffer that can be handed from thread to thread without a copy. */
const FIELDS = 8;

export class StatColumns {
  readonly buffer: ArrayBuffer;
  readonly #signed: BigInt64Array;
  // Device and inode numbers use all 64 bits, times may lie before 1970.
  readonly #unsigned: BigUint64Array;

  constructor(source: number | ArrayBuffer) {
    this.buffer = typeof source === 'number' ? new ArrayBuffer(source * FIELDS * 8) : source;
    this.#signed = new BigInt64Array(this.buffer);
    this.#unsigned = new BigUint64Array(this.buffer);
  }

  set(index: number, stats: BigIntStats): void {
    const at = index * FIELDS;
    this.#unsigned[at] = stats.dev;
    this.#unsigned[at + 1] = stats.ino;
    this.#signed[at + 2] = stats.size;
    this.#signed[at + 3] = stats.birthtimeNs;
    this.#signed[at + 4] = stats.mtimeNs;
    this.#signed[at + 5] = stats.ctimeNs;
    this.#unsigned[at + 6] = stats.nlink;
    this.#unsigned[at + 7] = (stats.mode & 0o7777n) | (BigInt(KIND_CODES.indexOf(kindOf(stats.mode))) << 16n);
  }

  get(index: number): FileStat {
    const at = index * FIELDS;
    const modeAndKind = Number(this.#unsigned[at + 7]);
    return {
      kind: KIND_CODES[modeAndKind >> 16] ?? 'special',
      size: Number(this.#signed[at + 2]),
      dev: String(this.#unsigned[at]),
      ino: String(this.#unsigned[at + 1]),
      birthtimeNs: String(this.#signed[at + 3]),
      mtimeNs: String(this.#signed[at + 4]),
      ctimeNs: String(this.#signed[at + 5]),
      mode: modeAndKind & 0o7777,
      links: Number(this.#unsigned[at + 6]),
    };
  }
}
