import { minuteMs, secondMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import type { DiskFaultCode } from '../environment.ts';
import type { DiskMethod } from '../fakes/disk/fake-disk.ts';
import type { SeededRandom } from '../fakes/random.ts';

const WRITES: ReadonlySet<DiskMethod> = new Set<DiskMethod>([
  'writeMany',
  'create',
  'write',
  'finish',
  'writeText',
  'makeFolder',
  'moveFile',
  'moveFiles',
  'moveFolder',
]);
const CODES: readonly DiskFaultCode[] = ['denied', 'busy', 'failed', 'full', 'too_many_files'];

const ENTRY_CHANCE = 0.02;

interface Spell<T> {
  readonly what: T;
  readonly chance: number;
  readonly untilMs: number;
}

type Line = 'flaky' | 'offline' | 'rate_limited' | 'cloud_unavailable' | 'cloud_failed';

/** What goes wrong around one device: single faults by chance, and spells of one kind of fault. */
export class Weather {
  readonly #random: SeededRandom;
  readonly #nowMs: () => number;
  /** Chance of a fault of its own, per step of the disk and per request. */
  readonly #diskChance: number;
  readonly #lineChance: number;
  #disk: Spell<DiskFaultCode> | undefined;
  #line: Spell<Line> | undefined;
  /** Of entries of folders, where they may be out of reach. */
  readonly #entries = new Map<string, Spell<DiskFaultCode>>();
  #calm = true;

  constructor(random: SeededRandom, nowMs: () => number) {
    this.#random = random;
    this.#nowMs = nowMs;
    this.#diskChance = random.pick([0, 0, 0.002, 0.02]);
    this.#lineChance = random.pick([0, 0, 0.01, 0.1]);
  }

  /** Nothing goes wrong while it is calm. */
  calm(calm: boolean): void {
    this.#calm = calm;
    if (!calm) return;
    this.#disk = undefined;
    this.#line = undefined;
    this.#entries.clear();
  }

  /** What the disk says instead of what an entry is, for a while. */
  entryFault(path: string, random: SeededRandom): DiskFaultCode | undefined {
    if (this.#calm) return undefined;
    const fault = this.#active(this.#entries.get(path));
    if (fault !== undefined) return fault.what;
    if (random.next() >= ENTRY_CHANCE) return undefined;
    const what = random.pick<DiskFaultCode>(['denied', 'busy', 'failed']);
    this.#entries.set(path, { what, chance: 1, untilMs: this.#nowMs() + random.pick([0, secondMs, 20 * secondMs, 5 * minuteMs]) });
    return what;
  }

  /** Begins a spell; tells what. */
  turn(): string {
    const untilMs = this.#nowMs() + this.#random.pick([secondMs, 20 * secondMs, 5 * minuteMs]);
    const chance = this.#random.pick([0.2, 1]);
    if (this.#random.next() < 0.5) {
      this.#disk = { what: this.#random.pick(CODES), chance, untilMs };
      return `disk ${this.#disk.what} ${chance}`;
    }
    this.#line = {
      what: this.#random.pick<Line>(['flaky', 'offline', 'rate_limited', 'cloud_unavailable', 'cloud_failed']),
      chance,
      untilMs,
    };
    return `line ${this.#line.what} ${chance}`;
  }

  diskFault(method: DiskMethod): DiskFaultCode | undefined {
    if (this.#calm) return undefined;
    const spell = this.#active(this.#disk);
    const code = spell === undefined || this.#random.next() >= spell.chance ? undefined : spell.what;
    const found = code ?? (this.#random.next() < this.#diskChance ? this.#random.pick(CODES) : undefined);
    return found === 'full' && !WRITES.has(method) ? undefined : found;
  }

  /** Of a request: undefined, or where on the way it fails and how. */
  lineFault(): { readonly phase: 'before' | 'after'; readonly error: TidemarkError } | undefined {
    if (this.#calm) return undefined;
    const spell = this.#active(this.#line);
    if (spell !== undefined && this.#random.next() < spell.chance) return this.#lineFault(spell.what);
    return this.#random.next() < this.#lineChance ? this.#lineFault('flaky') : undefined;
  }

  /** An answer with blocks breaks off: how many whole ones there are, and whether a part of the next is taken for it. */
  shortAnswer(blocks: number): { readonly whole: number; readonly broken: boolean } | undefined {
    if (this.#calm || this.#random.next() >= this.#lineChance * 2) return undefined;
    return { whole: this.#random.below(blocks), broken: this.#random.next() < 0.5 };
  }

  #lineFault(what: Line): { readonly phase: 'before' | 'after'; readonly error: TidemarkError } {
    switch (what) {
      case 'flaky':
        return {
          phase: this.#random.pick(['before', 'after']),
          error: new TidemarkError(this.#random.pick(['cloud_unreachable', 'cloud_timeout'])),
        };
      case 'offline':
        return { phase: 'before', error: new TidemarkError('cloud_unreachable') };
      case 'cloud_failed':
        return { phase: this.#random.pick(['before', 'after']), error: new TidemarkError('cloud_failed') };
      default:
        return {
          phase: 'before',
          error: new TidemarkError(what, { retryAfterMs: this.#random.pick([0, secondMs, 30 * secondMs, 10 * minuteMs]) }),
        };
    }
  }

  #active<T>(spell: Spell<T> | undefined): Spell<T> | undefined {
    return spell !== undefined && this.#nowMs() < spell.untilMs ? spell : undefined;
  }
}
