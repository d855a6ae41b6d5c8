import { electronForTests } from './index.ts';

/** Prints the path of the Electron that tests run in; with --json, also its kind and why. */
export async function main(args: readonly string[]): Promise<number> {
  const electron = await electronForTests();
  if (electron.why !== null) console.error(`The official Electron cannot be had (${electron.why}); this is the test runtime.`);
  console.log(args.includes('--json') ? JSON.stringify(electron) : electron.executable);
  return 0;
}
