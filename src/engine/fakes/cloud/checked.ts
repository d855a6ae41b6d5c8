import type { z } from 'zod';
import { TidemarkError } from '../../../contract/index.ts';

/** What the contract makes of a request; throws `invalid_request` with the field, as the cloud does. */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TidemarkError('invalid_request', { field: parsed.error.issues[0]?.path.map(String).join('.') ?? '' });
}
