import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Store } from '../api.ts';
import { openStore } from '../open-store.ts';

export * from './nodes.ts';

/** Helpers of this folder's tests. */

export const NOW = Date.UTC(2025, 2, 4, 5, 6, 7, 89);

/** Gone when the test has ended. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opened at `path`, closed when the test has ended. */
export function openedStore(path: string): Store {
  const store = openStore(path, { now: () => NOW });
  onTestFinished(() => store.close());
  return store;
}

export const freshStore = (): Store => openedStore(join(tempFolder(), 'state.db'));
