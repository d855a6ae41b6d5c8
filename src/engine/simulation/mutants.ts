/** A mistake that somebody could make in the engine; histories have to show it. */
export interface Mutant {
  readonly name: string;
  /** In src/engine. */
  readonly file: string;
  /** Is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What a person would suffer. */
  readonly why: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'missing-root-is-empty',
    file: 'core/scan-loop.ts',
    find: "if (listing === undefined || state !== 'ready') {",
    replace: 'if (listing === undefined) {',
    why: 'a volume that goes away during a look is taken for a folder that was emptied',
  },
];

export function mutantNamed(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (found === undefined) throw new Error(`no mutant is called ${name}; there are: ${MUTANTS.map((mutant) => mutant.name).join(', ')}`);
  return found;
}
