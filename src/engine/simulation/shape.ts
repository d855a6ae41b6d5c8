/** How big a history is; by its seed where nothing is said. */
export interface Shape {
  readonly devices?: number | undefined;
  readonly steps?: number | undefined;
}

/** The words that live through a history again. */
export function replayWords(seed: number, { devices, steps }: Shape, more: readonly string[] = []): string {
  const flags = [...(devices === undefined ? [] : [`--devices ${devices}`]), ...(steps === undefined ? [] : [`--steps ${steps}`]), ...more];
  return ['npm run simulate --', `--from ${seed} --seeds 1`, ...flags].join(' ');
}
