/** The first seed of tests that draw: TIDEMARK_SEED replays what a failure printed. */
export const firstSeed = Number(process.env['TIDEMARK_SEED'] ?? 1) || Math.floor(Math.random() * 1e6);

/** Seeds of this many histories, times TIDEMARK_FAULT_ROUNDS when more are wanted. */
export function seeds(count: number): readonly number[] {
  const times = Number(process.env['TIDEMARK_FAULT_ROUNDS'] ?? 1);
  return Array.from({ length: Math.max(1, Math.round(count * times)) }, (_, index) => firstSeed + index);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
