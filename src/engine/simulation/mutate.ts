import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Edit, editsOf, type Mutant } from './mutants.ts';

/** The one place in `source` that the edit changes, changed. Throws when there is none, or more than one. */
export function mutated(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`the text of a mutant is ${parts.length - 1} times in ${file}, and has to be there once: ${find}`);
  return parts.join(replace);
}

/** From now on the files of the mutant are loaded with its mistake in them; nothing on the disk changes. Call before they are imported. */
export function applyMutant(mutant: Mutant): void {
  for (const edit of editsOf(mutant)) applyEdit(edit);
}

function applyEdit(edit: Edit): void {
  const path = fileURLToPath(new URL(`../${edit.file}`, import.meta.url));
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith('file:') || fileURLToPath(url) !== path) return loaded;
      return { ...loaded, source: mutated(textOf(loaded.source), edit) };
    },
  });
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return new TextDecoder().decode(source);
  throw new TypeError('the source of a module is neither text nor bytes');
}
