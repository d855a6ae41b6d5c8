import { assertNever } from '../../base/index.ts';
import { type ErrorData, errorKind } from '../../contract/index.ts';

/** Failures in a row after which "it is tried again by itself" has become a promise that does not come true. */
const PATIENCE = 5;

/** Links and devices are listed, but there is nothing to do about them: they must not keep the tray from its rest. */
const QUIET: ReadonlySet<string> = new Set(['symlink_skipped', 'special_skipped', 'ignored_by_rule']);

/** Whether an issue is one that the tray should call for attention. `attempts` counts failures so far. */
export function needsPerson(reason: ErrorData, attempts: number): boolean {
  const { reaction } = errorKind(reason.code);
  switch (reaction) {
    case 'ask':
    case 'sign_in':
    case 'stop':
      return true;
    case 'skip':
      return !QUIET.has(reason.code);
    case 'retry':
      return attempts >= PATIENCE;
    case 'wait':
    case 'replan':
      return false;
    default:
      return assertNever(reaction);
  }
}
