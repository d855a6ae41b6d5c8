import { officialElectron } from './official.ts';
import { testRuntime } from './test-runtime.ts';

export interface ElectronForTests {
  readonly kind: 'official' | 'test-runtime';
  /** Absolute path of the binary. */
  readonly executable: string;
  /** Why it is not the official one; null when it is. */
  readonly why: string | null;
}

/** The Electron that end-to-end tests run in: the official one, else the test runtime. Throws when neither can be had. */
export async function electronForTests(): Promise<ElectronForTests> {
  const official = await officialElectron();
  if (official.found) return { kind: 'official', executable: official.executable, why: null };
  return { kind: 'test-runtime', executable: await testRuntime(), why: official.why };
}
