import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { code as codeSchema, email as emailSchema, id128, provider, providerNames, TidemarkError } from '../../../contract/index.ts';
import { passwordMark } from '../../accounts/evidence.ts';
import { type CoarseAddress, coarsened } from '../../accounts/places.ts';
import type { AuthorizationRecord } from '../../catalogue.ts';
import { type Html, html } from './html.ts';
import { leave, type PageRoute, type PageServices } from './page-route.ts';
import type { PageTexts } from './texts.ts';
import { tokenOf, type Visit } from './visit.ts';

const COOKIE = 'tm-device';
const systems: Readonly<Record<string, string>> = { windows: 'Windows', macos: 'macOS', linux: 'Linux', ios: 'iOS', android: 'Android' };

/** RFC 8628, 3.3: where a person types the code of a device and shows who they are. */
export function devicePages({ accounts, challenges, grants }: PageServices): readonly PageRoute[] {
  /** Checks that the form is ours, and whose device it is about. */
  const own = async (visit: Visit): Promise<{ readonly page: string; readonly authorization: AuthorizationRecord }> => {
    const page = visit.ownForm(COOKIE);
    return { page, authorization: await grants.byPage(page) };
  };
  const post = (step: string, rateClass: PageRoute['rateClass'], answer: PageRoute['answer']): PageRoute => ({
    method: 'POST',
    url: `/device${step}`,
    rateClass,
    answer,
  });
  const done = (visit: Visit): FastifyReply => {
    visit.forgetCookie(COOKIE, '/device');
    return visit.show(visit.texts.done, html`<p>${visit.texts.doneMore}</p>`);
  };
  return [
    {
      method: 'GET',
      url: '/device',
      rateClass: 'request',
      answer: async (visit) => {
        const cookie = randomBytes(32).toString('base64url');
        visit.setCookie(COOKIE, cookie, '/device');
        const { texts, query } = visit;
        const field = html`<label
          >${texts.codeOnDevice}
          <input
            name="code"
            value="${query.get('code') ?? ''}"
            required
            maxlength="20"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
        /></label>`;
        return visit.show(texts.signDeviceIn, form('/device', cookie, field, texts.goOn));
      },
    },
    post('', 'code', async (visit) => {
      visit.ownForm(COOKIE);
      const { authorization, page } = await grants.openPage(visit.form.get('code') ?? '');
      visit.setCookie(COOKIE, page, '/device');
      return ways(visit, authorization, page);
    }),
    {
      method: 'GET',
      url: '/device/ways',
      rateClass: 'request',
      answer: async (visit) => {
        const page = visit.cookie(COOKIE) ?? '';
        return ways(visit, await grants.byPage(page), page);
      },
    },
    post('/provider', 'signIn', async (visit) => {
      const { authorization } = await own(visit);
      const id = provider.safeParse(visit.form.get('provider'));
      if (!id.success) throw new TidemarkError('not_found');
      return leave(visit, await grants.beginTrip(authorization, id.data), 'goOn');
    }),
    post('/password', 'signIn', async (visit, request) => {
      const { authorization } = await own(visit);
      const email = emailSchema.safeParse(visit.form.get('email'));
      if (!email.success) throw new TidemarkError('email_invalid');
      const account = await accounts.entrance.byPassword(
        email.data,
        (visit.form.get('password') ?? '').slice(0, 1024),
        coarsened(request.ip),
      );
      const who = { kind: 'email', subject: email.data, label: email.data } as const;
      await grants.approve(authorization, { ...who, how: 'password', evidence: passwordMark(account) });
      return done(visit);
    }),
    post('/mail', 'code', async (visit, request) => {
      const { page } = await own(visit);
      const email = emailSchema.safeParse(visit.form.get('email'));
      if (!email.success) throw new TidemarkError('email_invalid');
      const to = { kind: 'email', email: email.data } as const;
      const from = coarsened(request.ip);
      const { id } = await challenges.issue({ to, purpose: 'enter', language: visit.locale, accountNo: null, from });
      const { texts } = visit;
      const fields = html`<input type="hidden" name="challenge" value="${id}" /><label
          >${texts.sixDigits} <input name="code" required maxlength="12" inputmode="numeric" autocomplete="one-time-code"
        /></label>`;
      return visit.show(texts.codeSent, form('/device/code', page, fields, texts.goOn));
    }),
    post('/code', 'signIn', async (visit, request) => {
      const { authorization } = await own(visit);
      const challenge = id128.safeParse(visit.form.get('challenge'));
      const code = codeSchema.safeParse(visit.form.get('code'));
      if (!challenge.success || !code.success) throw new TidemarkError('code_expired');
      const proof = { challenge: challenge.data, code: code.data };
      const { id, kind, subject } = await challenges.check(proof, 'enter', null, coarsened(request.ip));
      await grants.approve(authorization, { kind, subject, label: subject, how: 'code', evidence: id });
      return done(visit);
    }),
    post('/deny', 'request', async (visit) => {
      const { authorization } = await own(visit);
      await grants.deny(authorization);
      visit.forgetCookie(COOKIE, '/device');
      return visit.show(visit.texts.denied, html`<p>${visit.texts.deniedMore}</p>`);
    }),
  ];

  function ways(visit: Visit, { deviceName, platform, place }: AuthorizationRecord, page: string): FastifyReply {
    const { texts } = visit;
    const email = html`<label>${texts.email} <input name="email" type="email" required autocomplete="username" /></label>`;
    const services = grants.providers.map((id) =>
      form('/device/provider', page, html`<input type="hidden" name="provider" value="${id}" />`, texts.continueWith(providerNames[id])),
    );
    const password = html`${email}<label
        >${texts.password} <input name="password" type="password" required autocomplete="current-password"
      /></label>`;
    const body = html`<dl>
        <dt>${texts.device}</dt>
        <dd>${deviceName ?? ''}</dd>
        <dt>${texts.system}</dt>
        <dd>${systems[platform ?? ''] ?? ''}</dd>
        <dt>${texts.from}</dt>
        <dd>${placeText(texts, place)}</dd>
      </dl>
      <p>${texts.onlyYours}</p>
      ${services} ${form('/device/password', page, password, texts.withPassword)}
      ${challenges.serves('email') ? form('/device/mail', page, email, texts.withCode) : html``}
      ${form('/device/deny', page, html``, texts.deny, 'quiet')}`;
    return visit.show(texts.deviceAsks, body);
  }
}

function placeText({ thisMachine, localNetwork }: PageTexts, place: CoarseAddress | null): string {
  if (place === 'this_machine') return thisMachine;
  return place === 'local_network' ? localNetwork : (place ?? '');
}

const form = (action: string, cookie: string, fields: Html, button: string, look = ''): Html =>
  html`<form method="post" action="${action}">
    <input type="hidden" name="token" value="${tokenOf(cookie)}" /> ${fields}<button class="${look}">${button}</button>
  </form> `;
