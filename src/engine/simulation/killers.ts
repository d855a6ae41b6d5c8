import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('./killers.json', import.meta.url);

/** By which history each mutant was shown last: tried first the next time. Kept in a file, which is part of the source. */
export class Killers {
  readonly #seeds: Record<string, number>;

  constructor() {
    this.#seeds = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, number>) : {};
  }

  get names(): readonly string[] {
    return Object.keys(this.#seeds);
  }

  of(mutant: string): number | undefined {
    return this.#seeds[mutant];
  }

  set(mutant: string, seed: number): void {
    if (this.#seeds[mutant] === seed) return;
    this.#seeds[mutant] = seed;
    writeFileSync(FILE, `${JSON.stringify(this.#seeds, null, 2)}\n`);
  }
}
