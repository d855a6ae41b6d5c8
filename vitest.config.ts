import { defineConfig } from 'vitest/config';

const outside = ['**/node_modules/**', 'out/**', 'e2e/**'];
const scenarios = 'src/engine/scenarios/**/*.test.ts';
const simulation = 'src/engine/simulation/**/*.test.ts';

/** Where caches go: beside the other throw-away files, never in a checkout that may not be writable. */
const cacheDir = process.env['TIDEMARK_TEST_CACHE'] ?? 'node_modules/.cache/vitest';

export default defineConfig({
  cacheDir,
  test: {
    // Two cores are what the smallest machine has; more workers than that only make timeouts lie.
    maxWorkers: 2,
    reporters: ['default'],
    setupFiles: ['tools/test/fixed-seed.setup.ts'],
    fsModuleCache: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...outside, scenarios, simulation],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        // They wait for the real disk and real processes: on a machine that is busy with something else one may be late.
        test: { name: 'scenarios', include: [scenarios], exclude: outside, testTimeout: 60_000, hookTimeout: 60_000, retry: 2 },
      },
      {
        extends: true,
        test: { name: 'simulation', include: [simulation], exclude: outside, testTimeout: 300_000 },
      },
    ],
  },
});
