import { createHash } from 'node:crypto';

/** What happened, one line an event. All of it counts for the digest; a failure shows the end. */
export class Trace {
  readonly lines: string[] = [];
  readonly #hash = createHash('sha256');

  add(atMs: number, who: string, what: string): void {
    const line = `${String(atMs).padStart(9)} ${who} ${what}`;
    this.lines.push(line);
    this.#hash.update(`${line}\n`);
  }

  /** Equal for equal histories. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
