import { z } from 'zod';
import { type ErrorCode, errorCodes } from './errors/index.ts';

/** `ErrorData` as a schema: an error that crosses a process. */
export const errorData = z.object({
  code: z.enum(errorCodes as unknown as [ErrorCode, ...ErrorCode[]]),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
