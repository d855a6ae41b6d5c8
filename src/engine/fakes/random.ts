import type { Random } from '../environment.ts';

/** Sixteen bits each: simulated files of megabytes are made of such digits. */
const HEX = Array.from({ length: 0x1_0000 }, (_, bits) => bits.toString(16).padStart(4, '0'));

/**
 * Random numbers that a seed repeats: sfc32 of Chris Doty-Humphrey's PractRand, a 128-bit chaotic generator with a
 * counter, run dry a few rounds so that near seeds part.
 */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = 0x5eed_c0de;
    for (let round = 0; round < 15; round += 1) this.#next32();
  }

  next(): number {
    return this.#next32() / 2 ** 32;
  }

  id(): string {
    let id = '';
    for (let word = 0; word < 4; word += 1) {
      const bits = this.#next32();
      id += `${HEX[bits >>> 16] ?? ''}${HEX[bits & 0xffff] ?? ''}`;
    }
    return id;
  }

  /** Uniform whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** One of the values; throws on an empty list. */
  pick<T>(values: readonly T[]): T {
    const index = this.below(values.length);
    if (index >= values.length) throw new RangeError('nothing to pick from');
    return values[index] as T;
  }

  /** Another generator whose numbers do not depend on how many this one gives later. */
  fork(): SeededRandom {
    return new SeededRandom(this.#next32() * 2 ** 21 + (this.#next32() >>> 11));
  }

  #next32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
