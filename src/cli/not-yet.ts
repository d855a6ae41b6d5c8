import { TidemarkError } from '../contract/index.ts';

/** For what the synopsis names and this version cannot do. Throws not_available_yet. */
export function notYet(what: string): never {
  throw new TidemarkError('not_available_yet', { what });
}
