import fc from 'fast-check';
import { expect, it } from 'vitest';

/** Cases of the normal run, by file: together at least what the planner is never merged without. */
export const CASES = {
  'plan.property.test.ts': 90_000,
  'rules.property.test.ts': 60_000,
  'total.property.test.ts': 44_000,
  'devices.property.test.ts': 4_000,
  'mass-deletion.property.test.ts': 4_000,
} as const;

const NORMAL = Object.values(CASES).reduce((sum, cases) => sum + cases, 0);
/** Of all files together. */
const WANTED = Number(process.env['TIDEMARK_PLANNER_RUNS'] ?? NORMAL);
const PATH = process.env['TIDEMARK_PLANNER_PATH'];

/**
 * The properties of one file. They share its cases by their weights, each is a test of its own, and what fails is made
 * small and says how to see it again. `counted` comes last: it fails when fewer cases ran than were promised.
 */
export class Properties {
  readonly #file: keyof typeof CASES;
  readonly #weights: number;
  #ran = 0;
  #promised = 0;

  /** @param weights sum of the weights of all properties */
  constructor(file: keyof typeof CASES, weights: number) {
    this.#file = file;
    this.#weights = weights;
  }

  /** @param check throws when the property does not hold */
  holds<T>(name: string, weight: number, values: fc.Arbitrary<T>, check: (value: T) => void): void {
    const numRuns = Math.ceil((WANTED * CASES[this.#file] * weight) / NORMAL / this.#weights);
    this.#promised += numRuns;
    const property = fc.property(values, (value) => {
      this.#ran += 1;
      check(value);
    });
    it(
      name,
      () => {
        const details = fc.check(property, { numRuns, ...(PATH === undefined ? {} : { path: PATH, endOnFailure: true }) });
        if (!details.failed) return;
        const variables = `TIDEMARK_SEED=${details.seed} TIDEMARK_PLANNER_PATH=${details.counterexamplePath ?? ''}`;
        const command = `npx vitest run --project unit src/engine/plan/${this.#file} -t '${name}'`;
        throw new Error(`${fc.defaultReportMessage(details)}\n\nTo see it again: ${variables} ${command}`, {
          cause: details.errorInstance,
        });
      },
      Math.max(60_000, numRuns * 20),
    );
  }

  counted(): void {
    it(`ran ${CASES[this.#file]} cases, or as many as were asked for`, () => {
      expect(NORMAL, 'of all files together').toBeGreaterThanOrEqual(200_000);
      expect(this.#promised).toBeGreaterThanOrEqual(Math.floor((WANTED * CASES[this.#file]) / NORMAL));
      expect(this.#ran).toBeGreaterThanOrEqual(this.#promised);
    });
  }
}
