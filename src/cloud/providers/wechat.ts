import { z } from 'zod';
import { providerNames, TidemarkError } from '../../contract/index.ts';
import { type BoundedFetch, boundedFetch, readJson } from './bounded-fetch.ts';
import { answerInvalid, labelOf, type ProviderIdentity, refuseErrors, type SignInProvider, type Trip, unreachable } from './provider.ts';
import type { WeChatSettings } from './settings.ts';
import { withQuery } from './with-query.ts';

const tokenAnswer = z.object({ access_token: z.string().min(1), openid: z.string().min(1), unionid: z.string().min(1).optional() });
const person = z.object({ openid: z.string(), unionid: z.string().min(1).max(200), nickname: z.string().optional() });
const SYSTEM_BUSY = -1;

/**
 * WeChat for websites: a QR code that the phone reads. Its own dialect of OAuth 2: names of its own, the secret in the query, errors
 * with the status 200. https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
 */
export class WeChatProvider implements SignInProvider {
  readonly id = 'wechat';
  readonly #settings: WeChatSettings;
  readonly #now: () => number;
  readonly #fetch: BoundedFetch;

  constructor(settings: WeChatSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#fetch = boundedFetch('wechat', settings.api);
  }

  async authorizeUrl({ state, redirectUri }: Trip): Promise<string> {
    const { dialog, clientId } = this.#settings;
    const query = { appid: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'snsapi_login', state };
    return `${withQuery(dialog, query)}#wechat_redirect`;
  }

  async identify(answer: URLSearchParams): Promise<ProviderIdentity> {
    refuseErrors('wechat', answer);
    const code = answer.get('code');
    // Who said no comes back with the state alone.
    if (code === null) throw new TidemarkError('provider_refused', { provider: providerNames.wechat });
    const { api, clientId, clientSecret } = this.#settings;
    const token = await this.#ask(
      tokenAnswer,
      withQuery(`${api}/sns/oauth2/access_token`, { appid: clientId, secret: clientSecret, code, grant_type: 'authorization_code' }),
    );
    const { access_token: accessToken, openid, unionid } = token;
    const said = await this.#ask(person, withQuery(`${api}/sns/userinfo`, { access_token: accessToken, openid }));
    if (said.openid !== openid || (unionid !== undefined && said.unionid !== unionid)) throw answerInvalid('wechat', 'openid');
    // The same for every app of the operator, while an openid is another one in each.
    return { subject: said.unionid, label: labelOf('wechat', said.nickname), signedInAt: this.#now() };
  }

  async #ask<S extends z.ZodType>(schema: S, url: string): Promise<z.output<S>> {
    const json = await readJson('wechat', await this.#fetch(url));
    const failed = z.object({ errcode: z.int() }).safeParse(json);
    if (failed.success && failed.data.errcode !== 0)
      throw failed.data.errcode === SYSTEM_BUSY ? unreachable('wechat') : answerInvalid('wechat', `errcode ${failed.data.errcode}`);
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw answerInvalid('wechat', String(parsed.error.issues[0]?.path[0] ?? 'answer'));
    return parsed.data;
  }
}
