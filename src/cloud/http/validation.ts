import type { z } from 'zod';
import { MIN_PASSWORD_LENGTH, TidemarkError } from '../../contract/index.ts';

/** `entries[3].parentId`; the whole when it is not one field. */
function fieldOf(path: readonly PropertyKey[], whole: string): string {
  const field = path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
  return field === '' ? whole : field;
}

/** The value as the schema makes it. Throws `invalid_request` naming the first field that is wrong. */
export function validate<T extends z.ZodType>(schema: T, value: unknown, whole: 'body' | 'query' | 'path'): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]);
  throw new TidemarkError('invalid_request', {
    field: fieldOf(issue?.path ?? [], whole),
    problem: issue?.message ?? '',
    detail: issue?.message ?? 'invalid',
  });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of a union that matched nothing, the complaint of its last member says more than "invalid". */
function deepest(issue: Issue | undefined): Issue | undefined {
  const inner = issue?.code === 'invalid_union' ? issue.errors?.at(-1)?.[0] : undefined;
  return issue === undefined || inner === undefined ? issue : deepest({ ...inner, path: [...issue.path, ...inner.path] });
}

/** Sign-up has words of its own for the two fields people get wrong. */
export function forSignUp(error: unknown, body: unknown): unknown {
  if (!(error instanceof TidemarkError) || error.code !== 'invalid_request' || typeof body !== 'object' || body === null) return error;
  const given: Readonly<Record<string, unknown>> = { ...body };
  if (error.params['field'] === 'email' && typeof given['email'] === 'string')
    return new TidemarkError('email_invalid', { field: 'email', email: given['email'].slice(0, 254) });
  if (error.params['field'] === 'password' && typeof given['password'] === 'string' && given['password'].length < MIN_PASSWORD_LENGTH) {
    return new TidemarkError('password_too_weak', { field: 'password', minLength: MIN_PASSWORD_LENGTH });
  }
  return error;
}
