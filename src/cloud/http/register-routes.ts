import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MAX_BLOCKS_BODY_BYTES, type Route, type RouteName, routes, TidemarkError } from '../../contract/index.ts';
import { KiB, MiB } from '../../base/index.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { coarsened } from '../accounts/places.ts';
import type { Holder } from '../catalogue.ts';
import type { Call, Handlers } from './call.ts';
import { forSignUp, validate } from './validation.ts';

const names = Object.keys(routes) as readonly RouteName[];

/** Largest bodies, in bytes; everything else is a few fields. */
const bodyLimits: Partial<Record<RouteName, number>> = {
  // The blocks of a file of 20 GB take 2 MB, and a batch may hold several such.
  commit: 16 * MiB,
  missingBlocks: 1 * MiB,
  fetchBlocks: 1 * MiB,
  storeBlocks: MAX_BLOCKS_BODY_BYTES,
};
const SMALL_BODY_BYTES = 64 * KiB;

/** Guesses, and what takes long: passwords are hashed and judged. */
const signInRoutes = new Set<RouteName>([
  'signUp',
  'signIn',
  'resetPassword',
  'setPassword',
  'prove',
  'authorize',
  'ownAuthorize',
  'deviceAuthorize',
]);
const codeRoutes = new Set<RouteName>(['challenge', 'ownChallenge']);
const tokenRoutes = new Set<RouteName>(['refresh', 'revoke']);

/** Which of the rate limits a route falls under. */
export type RateClass = 'signIn' | 'code' | 'token' | 'request';
export const rateClassOf = (name: RouteName): RateClass =>
  signInRoutes.has(name) ? 'signIn' : codeRoutes.has(name) ? 'code' : tokenRoutes.has(name) ? 'token' : 'request';

declare module 'fastify' {
  interface FastifyRequest {
    holder: Holder | null;
  }
  interface FastifyContextConfig {
    readonly rateClass?: RateClass;
    /** A page for people. */
    readonly browser?: boolean;
  }
}

/** Registers every route of the contract's table, and nothing else. */
export async function registerRoutes(app: FastifyInstance, handlers: Handlers, accounts: Accounts): Promise<void> {
  app.decorateRequest('holder', null);
  // A body is read by the one parser that its route names, so that a wrong Content-Type is 415 and never half understood.
  await app.register(async (scope) => {
    scope.removeContentTypeParser('text/plain');
    for (const name of names) if (bodyTypeOf(name) === undefined) addRoute(scope, name, handlers, accounts);
  });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    for (const type of new Set(names.map(bodyTypeOf))) {
      if (type !== undefined) scope.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    }
    for (const name of names) if (bodyTypeOf(name) !== undefined) addRoute(scope, name, handlers, accounts);
  });
}

const bodyTypeOf = (name: RouteName): string | undefined => (routes[name] as Route).bodyType;

function addRoute(app: FastifyInstance, name: RouteName, handlers: Handlers, accounts: Accounts): void {
  const route: Route = routes[name];
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: bodyLimits[name] ?? SMALL_BODY_BYTES,
    config: { rateClass: rateClassOf(name) },
    // Before the body is read: who may not send one is told so first.
    ...(route.auth ? { onRequest: async (request: FastifyRequest) => void (request.holder = await authenticate(accounts, request)) } : {}),
    // And once more after it was: sending takes its time, and a device may be signed out from afar meanwhile.
    ...(route.auth && route.body !== undefined
      ? { preHandler: async (request: FastifyRequest) => void (request.holder = await authenticate(accounts, request)) }
      : {}),
    handler: async (request, reply) => {
      // The parts have the types that the schemas of this very route give them.
      const call = { ...readParts(name, route, request), request, reply, signal: goneSignal(request, reply) } as unknown as Call<RouteName>;
      const answer = await (handlers[name] as (call: Call<RouteName>) => Promise<unknown>)(call);
      // RFC 6749, 5.1.
      if (route.response !== undefined) return reply.header('Cache-Control', 'no-store').send(route.response.parse(answer));
      return answer === null
        ? reply.send()
        : reply
            .type(route.responseType ?? 'application/octet-stream')
            .send(Readable.from(answer as AsyncIterable<Buffer>, { objectMode: false }));
    },
  });
}

function readParts(name: RouteName, route: Route, request: FastifyRequest): Readonly<Record<string, unknown>> {
  return {
    params: route.params === undefined ? undefined : validate(route.params, request.params, 'path'),
    query: route.query === undefined ? undefined : validate(route.query, request.query, 'query'),
    body: readBody(name, route, request),
    holder: request.holder ?? undefined,
    idempotencyKey: route.idempotencyKey === true ? readIdempotencyKey(request) : undefined,
  };
}

function readBody(name: RouteName, route: Route, request: FastifyRequest): unknown {
  if (route.body === undefined) return undefined;
  try {
    return validate(route.body, request.body, 'body');
  } catch (error) {
    throw name === 'signUp' ? forSignUp(error, request.body) : error;
  }
}

async function authenticate(accounts: Accounts, request: FastifyRequest): Promise<Holder> {
  const token = /^Bearer ([\w-]{40,200})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new TidemarkError('not_signed_in');
  return accounts.sessions.authenticate(token, coarsened(request.ip));
}

function readIdempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') throw new TidemarkError('idempotency_key_missing');
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new TidemarkError('invalid_request', { field: 'Idempotency-Key', detail: 'must be 1 to 200 visible ASCII characters' });
  }
  return key;
}

function goneSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  if (request.raw.destroyed && !request.raw.complete) gone.abort();
  return gone.signal;
}
