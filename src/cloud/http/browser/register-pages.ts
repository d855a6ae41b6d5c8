import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { provider, TidemarkError } from '../../../contract/index.ts';
import { KiB } from '../../../base/index.ts';
import { toTidemarkError } from '../problems.ts';
import { devicePages } from './device-pages.ts';
import { html } from './html.ts';
import { leave, type PageRoute, type PageServices } from './page-route.ts';
import { Visit } from './visit.ts';

/** What is for a person in a browser; everything else of the cloud is for devices, and refuses browsers. */
export async function registerPages(app: FastifyInstance, services: PageServices): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 64 * KiB }, (_request, body, done) =>
      done(null, body),
    );
    const visitOf = (request: FastifyRequest, reply: FastifyReply): Visit => new Visit(request, reply, services.address.known ?? '');
    scope.setErrorHandler((thrown, request, reply) => {
      const error = toTidemarkError(thrown);
      const isOfPage = request.url.startsWith('/device/');
      const visit = visitOf(request, reply);
      return visit.fail(error, isOfPage ? html`<p><a href="/device/ways">${visit.texts.otherWay}</a></p>` : html``);
    });
    for (const { method, url, rateClass, answer } of [...tripPages(services), ...devicePages(services)]) {
      scope.route({
        method,
        url,
        config: { rateClass, browser: true },
        handler: async (request, reply) => answer(visitOf(request, reply), request),
      });
    }
  });
}

function tripPages({ grants }: PageServices): readonly PageRoute[] {
  const idOf = (request: FastifyRequest) => {
    const id = provider.safeParse((request.params as { readonly provider?: unknown }).provider);
    if (!id.success) throw new TidemarkError('not_found');
    return id.data;
  };
  return [
    {
      method: 'GET',
      url: '/v1/auth/authorize',
      rateClass: 'signIn',
      answer: async (visit) => leave(visit, await grants.depart(visit.query.get('request') ?? ''), 'redirect'),
    },
    {
      method: 'GET',
      url: '/v1/auth/callback/:provider',
      rateClass: 'request',
      answer: async (visit, request) => {
        let left: string | undefined;
        const arrival = await grants.arrive(idOf(request), visit.query, (name) => visit.cookie((left = name)));
        if (left !== undefined) visit.forgetCookie(left, '/v1/auth/callback');
        if ('to' in arrival) return visit.redirect(arrival.to);
        const { texts } = visit;
        if ('done' in arrival) return visit.show(texts.done, html`<p>${texts.doneMore}</p>`);
        return visit.fail(arrival.failed, html`<p><a href="/device/ways">${texts.otherWay}</a></p>`);
      },
    },
    {
      // Apple posts its answer from a page of its own, and no cookie of ours comes with that: once more, from here.
      method: 'POST',
      url: '/v1/auth/callback/:provider',
      rateClass: 'request',
      answer: async (visit, request) => {
        const answer = new URLSearchParams();
        for (const name of ['code', 'state', 'error', 'iss']) {
          const value = visit.form.get(name);
          if (value !== null) answer.set(name, value);
        }
        return visit.goOn(`/v1/auth/callback/${idOf(request)}?${answer.toString()}`);
      },
    },
  ];
}
