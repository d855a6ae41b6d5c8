import type { z } from 'zod';
import type { ErrorParams, Method } from '../contract/index.ts';

/** A table of methods beside the engine's own, e.g. those of the host. */
export type MethodTable = Readonly<Record<string, Method>>;

/** One function a method; params are checked before it is called. */
export type Handlers<T extends MethodTable> = {
  readonly [M in keyof T]: (params: z.output<T[M]['params']>) => Promise<z.output<T[M]['result']>>;
};

/** Where a value is wrong and how, for `invalid_request`. */
export function issueParams(error: z.ZodError, prefix = ''): ErrorParams {
  const issue = error.issues[0];
  const field = [prefix, ...(issue?.path ?? []).map(String)].filter((part) => part !== '').join('.');
  return { field: field === '' ? 'params' : field, problem: issue?.message ?? 'is not valid' };
}
