import {
  DeviceLimitError,
  type ErrorCode,
  type ErrorParams,
  errorKind,
  errorTexts,
  errorText,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  TidemarkError,
} from '../../contract/index.ts';
import { isCorruption, isFull } from '../storage/database.ts';

export { PROBLEM_MEDIA_TYPE };

/** RFC 9457 problem details of one of our errors. */
export function problemOf(error: TidemarkError): Problem {
  const { code, params } = error;
  const known = Object.hasOwn(errorTexts.en, code);
  const text = known ? errorText({ code, params }) : { problem: code, wayOut: '' };
  return {
    type: `urn:tidemark:problem:${code}`,
    title: text.problem,
    status: errorKind(code).status ?? 500,
    ...(text.wayOut === '' ? {} : { detail: text.wayOut }),
    code,
    params: { ...params },
    ...(error instanceof DeviceLimitError ? { choice: error.choice } : {}),
  };
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  414: 'invalid_request',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  503: 'cloud_unavailable',
};

/** What went wrong, in the words of the catalogue. An error that is nobody's fault but ours tells nothing of itself. */
export function toTidemarkError(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  if (isFull(error)) return new TidemarkError('cloud_unavailable', { retryAfterMs: 60_000 }, { cause: error });
  if (isCorruption(error)) return new TidemarkError('cloud_failed', {}, { cause: error });
  const { statusCode, message } = error as { readonly statusCode?: unknown; readonly message?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 599 || statusCode === 500) {
    return new TidemarkError('cloud_failed', {}, { cause: error });
  }
  const code = byStatus[statusCode] ?? (statusCode < 500 ? 'invalid_request' : 'cloud_failed');
  const params: ErrorParams = code === 'invalid_request' ? { field: 'body', detail: String(message) } : {};
  return new TidemarkError(code, params, { cause: error });
}
