import { assertNever } from '../../base/index.ts';
import { type ErrorData, errorKind, isSkipped } from '../../contract/index.ts';

/** Failures in a row after which "it is tried again by itself" has become a promise that does not come true. */
const PATIENCE = 5;

/** Whether an issue is one that the tray should call for attention. `attempts` counts failures so far. */
export function needsPerson(reason: ErrorData, attempts: number): boolean {
  const { reaction } = errorKind(reason.code);
  switch (reaction) {
    case 'ask':
    case 'sign_in':
    case 'stop':
      return true;
    case 'skip':
      return !isSkipped(reason);
    case 'retry':
      return attempts >= PATIENCE;
    case 'wait':
    case 'replan':
      return false;
    default:
      return assertNever(reaction);
  }
}
