import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type BoundedFetch, boundedFetch, readJson } from './bounded-fetch.ts';
import { answerInvalid, labelOf, type ProviderIdentity, refuseErrors, type SignInProvider, type Trip } from './provider.ts';
import type { FacebookSettings } from './settings.ts';
import { withQuery } from './with-query.ts';

const tokenAnswer = z.object({ access_token: z.string().min(1) });
const person = z.object({ id: z.string().min(1).max(200), name: z.string().optional() });

/**
 * Facebook: OAuth 2 with no signed token, so that who it is comes from the Graph API, asked with a proof of the app's secret.
 * https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and /docs/graph-api/securing-requests
 */
export class FacebookProvider implements SignInProvider {
  readonly id = 'facebook';
  readonly #settings: FacebookSettings;
  readonly #now: () => number;
  readonly #fetch: BoundedFetch;

  constructor(settings: FacebookSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#fetch = boundedFetch('facebook', settings.graph);
  }

  async authorizeUrl({ state, redirectUri }: Trip): Promise<string> {
    const { dialog, clientId, scopes } = this.#settings;
    return withQuery(dialog, {
      client_id: clientId,
      redirect_uri: redirectUri,
      state,
      response_type: 'code',
      scope: scopes.join(','),
    });
  }

  async identify(answer: URLSearchParams, { redirectUri }: Trip): Promise<ProviderIdentity> {
    refuseErrors('facebook', answer);
    const code = answer.get('code');
    if (code === null) throw answerInvalid('facebook', 'code');
    const { graph, clientId, clientSecret } = this.#settings;
    const { access_token: token } = await this.#ask(
      tokenAnswer,
      withQuery(`${graph}/oauth/access_token`, { client_id: clientId, redirect_uri: redirectUri, client_secret: clientSecret, code }),
    );
    const proof = createHmac('sha256', clientSecret).update(token).digest('hex');
    const { id, name } = await this.#ask(
      person,
      withQuery(`${graph}/me`, { fields: 'id,name', access_token: token, appsecret_proof: proof }),
    );
    return { subject: id, label: labelOf('facebook', name), signedInAt: this.#now() };
  }

  async #ask<S extends z.ZodType>(schema: S, url: string): Promise<z.output<S>> {
    const answer = await this.#fetch(url);
    const json = await readJson('facebook', answer);
    if (answer.status !== 200) {
      const said = z.object({ error: z.object({ code: z.int() }) }).safeParse(json);
      throw answerInvalid('facebook', said.success ? `code ${said.data.error.code}` : `status ${answer.status}`);
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw answerInvalid('facebook', 'answer');
    return parsed.data;
  }
}
