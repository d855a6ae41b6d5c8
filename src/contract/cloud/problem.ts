import { z } from 'zod';
import { type ErrorCode, errorCodes, type ErrorParams, TidemarkError } from '../errors/index.ts';
import { type DeviceChoice, deviceChoice } from './account.ts';

/** RFC 9457 problem details; `code` is what clients key on, `params` fill the client's own text. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.enum(errorCodes as unknown as [ErrorCode, ...ErrorCode[]]),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** With `device_limit`. */
  choice: deviceChoice.optional(),
});
export type Problem = z.infer<typeof problem>;

/** `device_limit`, with what can be done about it; between cloud and client only, since it holds a secret. */
export class DeviceLimitError extends TidemarkError {
  readonly choice: DeviceChoice;

  constructor(params: ErrorParams, choice: DeviceChoice) {
    super('device_limit', params);
    this.choice = choice;
  }
}
