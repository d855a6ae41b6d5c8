import { open } from 'node:fs/promises';
import { TidemarkError } from '../contract/index.ts';
import type { ProviderSettings } from '../cloud/index.ts';

const MAX_BYTES = 256 * 1024;

/**
 * The file of the services that sign in. It holds secrets, so that it has to be its owner's alone. Throws `providers_exposed`,
 * `providers_invalid`, and usage when it cannot be read.
 */
export async function readProviders(path: string): Promise<ProviderSettings> {
  const { parseProviders } = await import('../cloud/index.ts');
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new TidemarkError('usage', { detail: `${path} cannot be read` }, { cause });
  });
  try {
    // Of what is open, and not of what has this name by now.
    const { mode, size } = await file.stat();
    // Windows has no such bits; there the folder's own rules count.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new TidemarkError('providers_exposed', { path });
    if (size > MAX_BYTES) throw new TidemarkError('providers_invalid', { path, problem: 'it is too large' });
    return parseProviders(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}
