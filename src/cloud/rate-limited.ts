import { minuteMs } from '../base/index.ts';
import { TidemarkError } from '../contract/index.ts';

/** What is refused for now; in minutes as well, for whoever reads it. */
export const rateLimited = (retryAfterMs: number): TidemarkError =>
  new TidemarkError('rate_limited', { retryAfterMs, minutes: Math.max(1, Math.ceil(retryAfterMs / minuteMs)) });
