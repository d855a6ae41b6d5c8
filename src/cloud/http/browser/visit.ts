import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorKind, errorText, type Locale, matchLocale, TidemarkError } from '../../../contract/index.ts';
import { GRANT_MS } from '../../accounts/grants.ts';
import { digestOf } from '../../ids.ts';
import { type Html, html, page, PAGE_POLICY } from './html.ts';
import { type PageTexts, pageTexts } from './texts.ts';

/** Where a cookie is sent to when it cannot be bound to the whole host. */
type CookiePath = '/v1/auth/callback' | '/device';

/** One request of a browser: the languages of the person, the cookies, the answer. */
export class Visit {
  readonly locale: Locale;
  readonly texts: PageTexts;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #origin: string;

  /** @param origin where browsers reach the cloud */
  constructor(request: FastifyRequest, reply: FastifyReply, origin: string) {
    this.#request = request;
    this.#reply = reply;
    this.#origin = origin;
    this.locale = matchLocale((request.headers['accept-language'] ?? '').split(',').map((one) => one.split(';', 1)[0]?.trim() ?? ''));
    this.texts = pageTexts[this.locale];
  }

  /** Of the query or of a form; a parameter that comes twice is none (RFC 6749, 3.1). */
  get query(): URLSearchParams {
    const { search } = new URL(this.#request.url, 'http://localhost');
    return once(new URLSearchParams(search));
  }

  get form(): URLSearchParams {
    return once(new URLSearchParams(typeof this.#request.body === 'string' ? this.#request.body : ''));
  }

  cookie(name: string): string | undefined {
    const wanted = `${this.#prefix}${name}=`;
    const pairs = (this.#request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    return pairs.find((pair) => pair.startsWith(wanted))?.slice(wanted.length);
  }

  /**
   * For this browser alone: no script reads it, no other site sends it along with anything but a link. Over TLS no other host can
   * set it either (the prefix); a cloud of this machine, without TLS, binds it to the path.
   */
  setCookie(name: string, value: string, path: CookiePath, ageMs = GRANT_MS): void {
    const where = this.#isSecure ? 'Path=/; Secure' : `Path=${path}`;
    this.#reply.header(
      'Set-Cookie',
      `${this.#prefix}${name}=${value}; ${where}; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(ageMs / 1000)}`,
    );
  }

  forgetCookie(name: string, path: CookiePath): void {
    this.setCookie(name, '', path, 0);
  }

  /**
   * A form of ours, filled in on a page that we gave this browser: by the cookie, a token in the form that follows from it, and by
   * what the browser says of where it came from. Answers the cookie. Throws `sign_in_not_begun`.
   */
  ownForm(cookieName: string): string {
    const { origin } = this.#request.headers;
    const site = this.#request.headers['sec-fetch-site'];
    const cookie = this.cookie(cookieName);
    const isForeign = (origin !== undefined && origin !== this.#origin) || (site !== undefined && site !== 'same-origin');
    if (isForeign || cookie === undefined || this.form.get('token') !== tokenOf(cookie)) throw new TidemarkError('sign_in_not_begun');
    return cookie;
  }

  show(title: string, body: Html, refresh?: string): FastifyReply {
    return this.#send(200, page(this.locale, title, body, refresh));
  }

  /** On by a step of the browser's own, so that neither a policy on forms nor the cookies of other sites are in the way. */
  goOn(to: string): FastifyReply {
    return this.show(this.texts.goingOn, html`<p><a class="button" href="${to}">${this.texts.goOn}</a></p>`, to);
  }

  redirect(to: string): FastifyReply {
    return this.#send(303, '', { Location: to });
  }

  fail(error: TidemarkError, more: Html = html``): FastifyReply {
    const { problem, wayOut } = errorText(error, this.locale);
    const { retryAfterMs } = error.params;
    const wait: Readonly<Record<string, string>> =
      typeof retryAfterMs === 'number' ? { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) } : {};
    const body = html`<p>${problem}</p>
      <p>${wayOut}</p>
      ${more}`;
    return this.#send(errorKind(error.code).status ?? 500, page(this.locale, this.texts.failed, body), wait);
  }

  get #isSecure(): boolean {
    return this.#origin.startsWith('https:');
  }

  get #prefix(): string {
    return this.#isSecure ? '__Host-' : '';
  }

  #send(status: number, text: string, headers: Readonly<Record<string, string>> = {}): FastifyReply {
    return this.#reply
      .code(status)
      .headers({
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': PAGE_POLICY,
        'Cache-Control': 'no-store',
        // To others nothing; to ourselves enough that a form says where it came from.
        'Referrer-Policy': 'same-origin',
        ...headers,
      })
      .send(text);
  }
}

/** What a form shows that was made for the browser with this cookie. */
export const tokenOf = (cookie: string): string => digestOf(`form ${cookie}`);

function once(given: URLSearchParams): URLSearchParams {
  const seen = new URLSearchParams();
  for (const name of new Set(given.keys())) {
    const [only, ...more] = given.getAll(name);
    if (only !== undefined && more.length === 0) seen.set(name, only);
  }
  return seen;
}
