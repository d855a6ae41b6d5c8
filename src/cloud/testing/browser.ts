/** A page as a person sees it. */
export interface Seen {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Cookie {
  readonly host: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
  readonly sameSite: string;
}

const unescape = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
};

/**
 * What of a browser matters here: cookies with their paths and SameSite, redirects, pages that go on by themselves, forms. Stops at
 * an address of `stopAt`, where nobody listens.
 */
export class TestBrowser {
  readonly #cookies: Cookie[] = [];
  stopAt = /^http:\/\/127\.0\.0\.1:1\//;

  open(url: string): Promise<Seen> {
    return this.#go(url, 'GET', undefined, null);
  }

  /** @param which part of the address that the form is sent to */
  submit(page: Seen, which: string, fields: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const forms = page.text.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g);
    for (const [, tag = '', inner = ''] of forms) {
      const action = new URL(attribute(tag, 'action') ?? '', page.url);
      if (!action.href.includes(which)) continue;
      const body = new URLSearchParams();
      for (const [input] of inner.matchAll(/<input[^>]*>/g)) {
        const name = attribute(input, 'name');
        const value = attribute(input, 'value');
        if (name !== undefined && value !== undefined) body.set(name, value);
      }
      const picked = fields['provider'];
      if (picked !== undefined && body.get('provider') !== picked) continue;
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      if (attribute(tag, 'method') === 'post') return this.#go(action.href, 'POST', body.toString(), page.url);
      action.search = body.toString();
      return this.#go(action.href, 'GET', undefined, page.url);
    }
    throw new Error(`no form for ${which} at ${page.url}: ${page.text}`);
  }

  /** @param from the page that leads there; null where somebody typed the address */
  async #go(url: string, method: 'GET' | 'POST', body: string | undefined, from: string | null): Promise<Seen> {
    if (this.stopAt.test(url)) return { url, status: 0, headers: new Headers(), text: '' };
    const { hostname, pathname, origin } = new URL(url);
    // Ports are no part of a site, but everything here is one machine: other services stand for other sites.
    const isForeign = from !== null && new URL(from).origin !== origin;
    const cookies = this.#cookies.filter(
      (one) => one.host === hostname && pathname.startsWith(one.path) && !(isForeign && method === 'POST' && one.sameSite === 'Lax'),
    );
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        'accept-language': 'zh-CN,zh;q=0.9,en;q=0.5',
        'sec-fetch-site': from === null ? 'none' : isForeign ? 'cross-site' : 'same-origin',
        ...(cookies.length === 0 ? {} : { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') }),
        ...(method === 'POST' ? { origin: new URL(from ?? url).origin, 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const header of answer.headers.getSetCookie()) this.#keep(header, hostname);
    const text = await answer.text();
    const location = answer.headers.get('location');
    if (location !== null) return this.#go(new URL(location, url).href, 'GET', undefined, from);
    const refresh = /<meta http-equiv="refresh" content="0;url=([^"]*)"/.exec(text)?.[1];
    if (refresh !== undefined) return this.#go(new URL(unescape(refresh), url).href, 'GET', undefined, url);
    return { url, status: answer.status, headers: answer.headers, text };
  }

  #keep(header: string, host: string): void {
    const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
    const [name = '', ...rest] = pair.split('=');
    const said = (key: string): string | undefined =>
      attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = said('path') ?? '/';
    const at = this.#cookies.findIndex((one) => one.name === name && one.host === host && one.path === path);
    if (at >= 0) this.#cookies.splice(at, 1);
    if (said('max-age') !== '0' && rest.join('=') !== '')
      this.#cookies.push({ host, path, name, value: rest.join('='), sameSite: said('samesite') ?? 'Lax' });
  }
}
