import type { z } from 'zod';
import { MiB } from '../../../base/index.ts';
import { MAX_BLOCKS_BODY_BYTES, type RouteName, TidemarkError, routes } from '../../../contract/index.ts';
import { refusalFault } from './fault.ts';
import type { Answer, Line } from './line.ts';

type Routes = typeof routes;
type Part<N extends RouteName, K extends 'params' | 'query' | 'body'> =
  Routes[N] extends Record<K, infer S extends z.ZodType> ? z.input<S> : undefined;
export type AnswerOf<N extends RouteName> = Routes[N] extends { readonly response: infer S extends z.ZodType } ? z.output<S> : undefined;

/** The parts a route has, each as its schema takes it; bytes where the body is not JSON. */
export interface Parts<N extends RouteName> {
  readonly params?: Part<N, 'params'>;
  readonly query?: Part<N, 'query'>;
  readonly body?: Part<N, 'body'>;
  readonly bytes?: Uint8Array;
  readonly idempotencyKey?: string;
  readonly accessToken?: string;
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A page of 5,000 nodes with all their blocks stays far below. */
const MAX_JSON_BYTES = 64 * MiB;

export interface Caller {
  readonly line: Line;
  readonly userAgent: string;
  readonly now: () => number;
}

/** One call of the routes table: request made from, answer validated by, the contract's schemas. */
export async function call<N extends RouteName>(caller: Caller, name: N, parts: Parts<N>): Promise<AnswerOf<N>> {
  const route = routes[name];
  const answer = await send(caller, name, parts);
  if (!('response' in route)) throw new TypeError(`${name} answers bytes`);
  return readAnswer(caller.line.server, route.response as z.ZodType, answer) as AnswerOf<N>;
}

/** As `call`, for a route that answers bytes of the type in the table. */
export async function callForBytes<N extends RouteName>(caller: Caller, name: N, parts: Parts<N>): Promise<Uint8Array> {
  const route = routes[name];
  const answer = await send(caller, name, parts);
  const expected = 'responseType' in route ? route.responseType : undefined;
  if (expected === undefined || mediaType(answer) !== expected) {
    throw new TidemarkError('cloud_answer_invalid', { server: caller.line.server, field: 'content-type' });
  }
  return answer.body;
}

async function send<N extends RouteName>(caller: Caller, name: N, parts: Parts<N>): Promise<Answer> {
  const route = routes[name];
  const headers: Record<string, string> = {
    'user-agent': caller.userAgent,
    accept: 'application/json, application/problem+json, */*;q=0.5',
  };
  if (parts.accessToken !== undefined) headers['authorization'] = `Bearer ${parts.accessToken}`;
  if (parts.idempotencyKey !== undefined) headers['idempotency-key'] = parts.idempotencyKey;
  let body: Uint8Array | string | undefined = parts.bytes;
  if ('bodyType' in route) headers['content-type'] = route.bodyType;
  if ('body' in route) {
    body = JSON.stringify(checked(route.body, parts.body, 'body'));
    headers['content-type'] = 'application/json';
  }
  const answer = await caller.line.ask({
    method: route.method,
    path: pathOf(route, parts),
    headers,
    ...(body === undefined ? {} : { body }),
    maxAnswerBytes: 'responseType' in route ? MAX_BLOCKS_BODY_BYTES : MAX_JSON_BYTES,
    ...(parts.patienceMs === undefined ? {} : { patienceMs: parts.patienceMs }),
    signal: parts.signal,
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  // Redirects are not followed: a Tidemark cloud never sends one, and following would carry the token elsewhere.
  if (answer.status < 400) throw new TidemarkError('not_tidemark', { server: caller.line.server, status: answer.status });
  const refusal = {
    status: answer.status,
    contentType: answer.header('content-type'),
    retryAfter: answer.header('retry-after'),
    body: answer.body,
  };
  throw refusalFault(refusal, caller.line.server, caller.now());
}

function pathOf(route: Routes[RouteName], parts: { readonly params?: unknown; readonly query?: unknown }): string {
  let path: string = route.path;
  if ('params' in route) {
    for (const [key, value] of Object.entries(checked(route.params, parts.params, 'params'))) {
      path = path.replace(`:${key}`, encodeURIComponent(value));
    }
  }
  if (!('query' in route)) return path;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(checked(route.query, parts.query, 'query'))) {
    query.set(key, String(value));
  }
  return `${path}?${query.toString()}`;
}

/** What we are about to send; a fault here is ours, told before anything left the machine. */
function checked<S extends z.ZodType>(schema: S, value: unknown, part: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TidemarkError('invalid_request', { field: fieldOf(parsed.error, part) }, { cause: parsed.error });
}

function readAnswer(server: string, schema: z.ZodType, answer: Answer): unknown {
  const invalid = (field: string, cause?: unknown): TidemarkError =>
    new TidemarkError('cloud_answer_invalid', { server, field }, { cause });
  if (mediaType(answer) !== 'application/json') throw invalid('content-type');
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength).toString('utf8')) as unknown;
  } catch (cause) {
    throw invalid('body', cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw invalid(fieldOf(parsed.error, 'body'), parsed.error);
  return parsed.data;
}

const mediaType = (answer: Answer): string => (answer.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

function fieldOf(error: z.ZodError, whole: string): string {
  const path = error.issues[0]?.path ?? [];
  return path.length === 0 ? whole : path.map(String).join('.');
}
