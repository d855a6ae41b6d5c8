import { expect } from 'vitest';
import type { SeededRandom } from '../../fakes/index.ts';
import type { Device } from './device.ts';
import { expectKept } from './identity.ts';
import { showBytes, type Tree } from './tree.ts';
import { someBytes, type World } from './world.ts';

/** A person at one device who works at random, and remembers the last word on everything. */
export class Hands {
  readonly device: Device;
  readonly #random: SeededRandom;
  /** Files that nobody else touches, with their content. */
  readonly #own = new Map<string, Buffer>();
  /** Last words on files that others write too: each must be kept somewhere. */
  readonly #shared = new Map<string, string>();
  #count = 0;
  readonly #deeds: string[] = [];

  constructor(device: Device, random: SeededRandom) {
    this.device = device;
    this.#random = random;
  }

  /** One deed. */
  async work(): Promise<void> {
    const random = this.#random;
    const mine = [...this.#own.keys()];
    const roll = random.next();
    if (roll < 0.35 || mine.length === 0) return this.#write(this.#newName(), this.#content(random.pick([20, 20, 3000, 90_000])));
    if (roll < 0.4) return this.#write(this.#newName(), this.#content(700_000 + random.below(900_000)));
    const path = random.pick(mine);
    if (roll < 0.6) return this.#write(path, this.#content(random.pick([20, 5000])));
    if (roll < 0.75) return this.#move(path, this.#newName());
    if (roll < 0.85) {
      this.#note('removes', path);
      await this.device.remove(path);
      this.#own.delete(path);
      return;
    }
    const text = `${this.device.name} says ${(this.#count += 1)}`;
    const shared = `together ${random.below(2)}.txt`;
    await this.device.write(shared, text);
    this.#shared.set(shared, text);
  }

  async #write(path: string, content: Buffer): Promise<void> {
    this.#note('writes', path);
    await this.device.write(path, content);
    this.#own.set(path, content);
  }

  async #move(from: string, to: string): Promise<void> {
    this.#note('moves', from, to);
    await this.device.rename(from, to);
    this.#own.set(to, this.#own.get(from) ?? Buffer.alloc(0));
    this.#own.delete(from);
  }

  #note(...deed: readonly string[]): void {
    this.#deeds.push(`${Date.now()} ${this.device.name} ${deed.join(' ')}`);
  }

  #newName(): string {
    this.#count += 1;
    return `${this.#random.pick(['', 'Letters/', 'Pictures/2026/', `${this.device.name}/`])}by ${this.device.name} ${this.#count}.bin`;
  }

  #content(size: number): Buffer {
    this.#count += 1;
    const head = Buffer.from(`${this.device.name} ${this.#count} `);
    return size < 100 ? head : Buffer.concat([head, someBytes(size, this.#random.below(1e9))]);
  }

  /** In the tree that all share, every file of one's own has its last content, and no other name has it. */
  async expectLastWords(world: World, tree: Tree): Promise<void> {
    const mine = Object.keys(tree).filter((path) => path.includes(`by ${this.device.name} `));
    const odd = mine.filter((path) => !this.#own.has(path));
    const told = odd.length === 0 ? '' : await this.#history(world, odd);
    expect(mine.sort(), `the files of ${this.device.name}, each once${told}`).toEqual([...this.#own.keys()].sort());
    for (const [path, content] of this.#own) expect(tree[path], path).toBe(showBytes(content));
    await expectKept(world, ...this.#shared.values());
  }

  /** What every device did about these paths, for whoever has to find out why they are there. */
  async #history(world: World, paths: readonly string[]): Promise<string> {
    const lines: string[] = this.#deeds.filter((deed) => paths.some((path) => deed.includes(path)));
    for (const device of world.devices) {
      for (const { at, kind, path, otherPath } of await device.activity()) {
        if (paths.includes(path) || (otherPath !== null && paths.includes(otherPath)))
          lines.push(`${at} ${device.name} ${kind} ${path} ${otherPath ?? ''}`);
      }
    }
    return `\n${lines.sort().join('\n')}\n`;
  }
}
