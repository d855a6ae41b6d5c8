import { parseRules, type Rules } from './rules.ts';

/** About what a pattern takes in memory beside its text, in bytes. */
const PATTERN_BYTES = 400;
const MAX_BYTES = 16 * 1024 * 1024;

/** Rules by their text: most plans need the same ones as the last. What was not asked for longest goes first. */
export class ParsedRules {
  readonly #known = new Map<string, { readonly rules: Rules; readonly bytes: number }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** What is held, in bytes; more than allowed only for a single text. */
  get bytes(): number {
    return this.#bytes;
  }

  of(text: string): Rules {
    const found = this.#known.get(text);
    const entry = found ?? sized(text, parseRules(text));
    if (found === undefined) this.#bytes += entry.bytes;
    // The order of a map is that of its insertions: this one is the latest now.
    this.#known.delete(text);
    this.#known.set(text, entry);
    for (const [other, { bytes }] of this.#known) {
      if (this.#bytes <= this.#maxBytes || other === text) break;
      this.#known.delete(other);
      this.#bytes -= bytes;
    }
    return entry.rules;
  }
}

const sized = (text: string, rules: Rules): { readonly rules: Rules; readonly bytes: number } => ({
  rules,
  bytes: text.length * 2 + rules.patterns.length * PATTERN_BYTES,
});
