import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../errors/index.ts';

/** RFC 9457 problem details; `code` is what clients key on, `params` fill the client's own text. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.enum(errorCodes as unknown as [ErrorCode, ...ErrorCode[]]),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export type Problem = z.infer<typeof problem>;
