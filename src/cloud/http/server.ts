import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Route, routes, TidemarkError } from '../../contract/index.ts';
import { minuteMs } from '../../base/index.ts';
import { subscriberOf } from '../accounts/places.ts';
import type { CloudLog, CloudOptions, RateLimits } from '../options.ts';
import { rateLimited } from '../rate-limited.ts';
import type { PageServices } from './browser/page-route.ts';
import { registerPages } from './browser/register-pages.ts';
import { isForeignHost, isFromBrowser } from './browser-guard.ts';
import { makeHandlers, type Services } from './handlers.ts';
import { PROBLEM_MEDIA_TYPE, problemOf, toTidemarkError } from './problems.ts';
import { registerRoutes } from './register-routes.ts';

export interface ServerOptions {
  readonly services: Services & PageServices;
  readonly rateLimits: RateLimits;
  readonly tls: CloudOptions['tls'];
  readonly behindProxy: boolean;
  /** Known once it listens: whether only this machine can reach it. */
  readonly loopbackOnly: () => boolean;
  readonly closing: () => boolean;
  readonly log: CloudLog;
}

/** The cloud over HTTP: guards first, then the routes of the contract, every error a problem document. */
export async function makeServer(options: ServerOptions): Promise<FastifyInstance> {
  const answer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendProblem(thrown, request, reply, options.log);
  const settings = {
    logger: false,
    // The one proxy in front appends the address that it saw; whatever stands before that the client may have made up.
    trustProxy: options.behindProxy && ((_address: string, hop: number): boolean => hop === 0),
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle' as const,
    return503OnClosing: false,
    // Sixteen megabytes over a poor line; headers have Node's own, shorter limit.
    requestTimeout: 15 * minuteMs,
    clientErrorHandler: answerBadHttp,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void answer(error, request, reply),
  };
  // One type for both: the routes do not care what carries them.
  const app = (options.tls === undefined
    ? Fastify(settings)
    : Fastify({ ...settings, https: { ...options.tls } })) as unknown as FastifyInstance;
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) => answer(notFound(request, reply), request, reply));
  app.addHook('onRequest', async (request, reply) => {
    const isForPeople = request.routeOptions.config.browser === true;
    const isForeign = options.loopbackOnly() && !options.behindProxy && isForeignHost(request.raw);
    if (isForeign || (!isForPeople && isFromBrowser(request.raw))) throw new TidemarkError('origin_refused');
    if (options.closing()) {
      reply.header('Connection', 'close');
      throw new TidemarkError('cloud_unavailable', { retryAfterMs: 5000 });
    }
  });
  await app.register(helmet, { hsts: options.tls !== undefined, crossOriginResourcePolicy: { policy: 'same-origin' } });
  await app.register(rateLimit, {
    global: true,
    // After the routes' own onRequest, which tells whose account it is.
    hook: 'preParsing',
    timeWindow: minuteMs,
    max: (request) => options.rateLimits[request.routeOptions.config.rateClass ?? 'request'],
    keyGenerator: (request) =>
      `${request.routeOptions.config.rateClass ?? 'request'} ${request.holder?.account.id ?? subscriberOf(request.ip)}`,
    errorResponseBuilder: (_request, context) => rateLimited(context.ttl),
  });
  await registerRoutes(app, makeHandlers(options.services), options.services.accounts);
  await registerPages(app, options.services);
  return app;
}

function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: CloudLog): FastifyReply {
  const error = toTidemarkError(thrown);
  const problem = problemOf(error);
  if (problem.status >= 500 && error.cause !== undefined) {
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    log('error', 'request failed', {
      route,
      code: error.code,
      cause: inspect(error.cause),
    });
  }
  const { retryAfterMs } = error.params;
  if (typeof retryAfterMs === 'number') reply.header('Retry-After', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  if (problem.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="tidemark"');
  // The rest of a body that is not wanted is not read either.
  if (!request.raw.complete) reply.header('Connection', 'close');
  for (const header of ['Content-Length', 'Content-Disposition', 'Repr-Digest', 'Content-Digest']) reply.removeHeader(header);
  // As bytes: to a string Fastify would add a charset, which this type does not have.
  return reply
    .code(problem.status)
    .header('Content-Type', PROBLEM_MEDIA_TYPE)
    .header('Cache-Control', 'no-store')
    .send(Buffer.from(JSON.stringify(problem)));
}

const table: readonly (Route & { readonly pattern: RegExp })[] = Object.values(routes).map((route: Route) => ({
  ...route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
}));

function notFound(request: FastifyRequest, reply: FastifyReply): TidemarkError {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = table.filter((route) => route.pattern.test(path)).map((route) => route.method);
  if (methods.length === 0) return new TidemarkError('not_found');
  reply.header('Allow', methods.join(', '));
  return new TidemarkError('method_not_allowed', { method: request.method });
}

/** What is not even HTTP never reaches a route. */
function answerBadHttp(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemOf(new TidemarkError('invalid_request', { field: 'request', detail: error.code ?? 'malformed' })));
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
