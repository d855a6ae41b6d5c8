import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { itemPath } from './bridge-calls.ts';

/**
 * The absolute path of an item of the synced folder, or null when it is not there or leads outside: through `..`, an
 * absolute path or a link.
 */
export async function itemInside(folder: string, relative: unknown): Promise<string | null> {
  const checked = itemPath.safeParse(relative);
  if (!checked.success || checked.data.includes('\0')) return null;
  try {
    const root = await realpath(folder);
    const item = await realpath(join(root, checked.data));
    return item.startsWith(root + sep) ? item : null;
  } catch {
    return null;
  }
}

/** The folders that a person picked in this run of the app: only those may a window add. */
export class PickedFolders {
  readonly #paths = new Set<string>();

  add(path: string): void {
    this.#paths.add(path);
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }
}
