import type { ReadAddress } from '../../contract/index.ts';
import type { Reach } from './addresses.ts';

interface Typed {
  readonly kind: 'email' | 'phone';
  readonly text: string;
  /** That of numbers without a country code. */
  readonly country?: string | undefined;
}

let plans: Promise<typeof import('./addresses.ts')> | undefined;

/** Once loaded they are there at once. */
export const loadNumberingPlans = (): Promise<typeof import('./addresses.ts')> => (plans ??= import('./addresses.ts'));

/**
 * As `readEmail` and `readPhone`. The numbering plans of the world take some memory and are needed at the door only, so that they are
 * loaded then.
 */
export async function readAddress({ kind, text, country }: Typed, reach: () => Promise<Reach>): Promise<ReadAddress> {
  const { readEmail, readPhone } = await loadNumberingPlans();
  return kind === 'email' ? readEmail(text) : readPhone(text, country, await reach());
}
