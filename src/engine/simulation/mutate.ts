import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.ts';

/** The one place in `source` that the mutant changes, changed. Throws when there is none, or more than one. */
export function mutated(source: string, { name, file, find, replace }: Mutant): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`mutant ${name}: its text is ${parts.length - 1} times in ${file}, and has to be there once`);
  return parts.join(replace);
}

/** From now on the file of the mutant is loaded with its mistake in it; nothing on the disk changes. Call before it is imported. */
export function applyMutant(mutant: Mutant): void {
  const path = fileURLToPath(new URL(`../${mutant.file}`, import.meta.url));
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith('file:') || fileURLToPath(url) !== path) return loaded;
      return { ...loaded, source: mutated(textOf(loaded.source), mutant) };
    },
  });
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return new TextDecoder().decode(source);
  throw new TypeError('the source of a module is neither text nor bytes');
}
