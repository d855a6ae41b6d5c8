import { RequestError, TimeoutError } from 'got';
import { DeviceLimitError, type ErrorCode, type ErrorParams, TidemarkError, problem } from '../../../contract/index.ts';
import { retryAfterMs } from '../retry-after.ts';

/** Codes of Node's TLS layer that say the certificate, not the line, is at fault. */
const CERTIFICATE =
  /^(CERT_|CRL_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH)/;
/** The other end does not speak HTTP, or not TLS where we do. */
const FOREIGN = /^(HPE_|ERR_SSL_|EPROTO$)/;

/** What went wrong before there was an answer, or while it arrived. */
export function connectionFault(thrown: unknown, server: string, signal: AbortSignal | undefined): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  // What the reader of the answer threw comes back wrapped.
  if (thrown instanceof Error && thrown.cause instanceof TidemarkError) return thrown.cause;
  const options = { cause: thrown };
  if (signal?.aborted === true) return new TidemarkError('aborted', {}, options);
  if (thrown instanceof TimeoutError) return new TidemarkError('cloud_timeout', { server }, options);
  const code = thrown instanceof RequestError ? thrown.code : '';
  if (code === 'ETIMEDOUT') return new TidemarkError('cloud_timeout', { server }, options);
  if (CERTIFICATE.test(code)) return new TidemarkError('cloud_certificate', { server, detail: code }, options);
  if (FOREIGN.test(code)) return new TidemarkError('not_tidemark', { server }, options);
  return new TidemarkError('cloud_unreachable', { server, detail: code === '' ? String(thrown) : code }, options);
}

export interface Refusal {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: Uint8Array;
}

/** A status of 400 or more as an error: the code of the problem document, or that of the status class. */
export function refusalFault(refusal: Refusal, server: string, nowMs: number): TidemarkError {
  const wait = refusal.status === 429 || refusal.status === 503 ? retryAfterMs(refusal.retryAfter, nowMs) : undefined;
  const document = /^application\/(problem\+)?json\b/i.test(refusal.contentType ?? '') ? readJson(refusal.body) : undefined;
  const known = problem.safeParse(document);
  if (known.success && known.data.code === 'device_limit' && known.data.choice !== undefined)
    return new DeviceLimitError({ ...known.data.params, server }, known.data.choice);
  if (known.success) return new TidemarkError(known.data.code, withWait({ ...known.data.params, server }, wait));
  const foreign = stringField(document, 'code');
  // Of a gate in between: it says nothing about the session, which would be ended for it.
  if (refusal.status === 401 && foreign === undefined) return new TidemarkError('not_tidemark', { server, status: refusal.status });
  return new TidemarkError(
    codeOfStatus(refusal.status),
    withWait({ server, status: refusal.status, ...(foreign === undefined ? {} : { detail: foreign }) }, wait),
  );
}

/** For codes that a newer cloud may have, and for answers of a proxy in between. */
function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'not_signed_in';
    case 404:
      return 'not_found';
    case 408:
    case 504:
      return 'cloud_timeout';
    case 410:
      return 'cursor_gone';
    case 413:
      return 'body_too_large';
    case 415:
      return 'unsupported_media_type';
    case 416:
      return 'range_not_satisfiable';
    case 426:
      return 'client_too_old';
    case 429:
      return 'rate_limited';
    case 502:
    case 503:
      return 'cloud_unavailable';
    case 507:
      return 'quota_exceeded';
    default:
      return status >= 500 ? 'cloud_failed' : 'invalid_request';
  }
}

const withWait = (params: ErrorParams, wait: number | undefined): ErrorParams =>
  wait === undefined ? params : { ...params, retryAfterMs: wait };

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function stringField(document: unknown, name: string): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const value = (document as Record<string, unknown>)[name];
  return typeof value === 'string' ? value.slice(0, 100) : undefined;
}
