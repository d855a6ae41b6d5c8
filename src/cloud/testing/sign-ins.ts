import { createHash, randomBytes } from 'node:crypto';
import type { Authorization, Grant, Provider } from '../../contract/index.ts';
import { parseProviders, type ProviderSettings } from '../providers/settings.ts';
import { TestBrowser, type Seen } from './browser.ts';
import { type Answer, call, device, type TestCloud, type TestDevice } from './harness.ts';
import type { HttpService } from './http-service.ts';
import { appleKeyPem } from './openid-service.ts';

export const settingsOf = (value: object): ProviderSettings => parseProviders(JSON.stringify(value), 'providers.json');
export const googleSettings = (service: { readonly url: string }) => ({
  clientId: 'tidemark',
  clientSecret: 'the secret',
  issuer: service.url,
});
export const appleSettings = (service: HttpService) => ({
  clientId: 'tidemark',
  teamId: 'TEAM1',
  keyId: 'KEY1',
  privateKey: appleKeyPem,
  issuer: service.url,
});

/** What a program keeps while its browser is away. */
export interface Begun {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
  readonly answer: Answer;
}

/** Begins a sign-in; with a device, for its account. */
export async function begin(cloud: TestCloud, provider: Provider, by?: { device: TestDevice; purpose: 'link' | 'prove' }): Promise<Begun> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const json = {
    provider,
    redirectUri: `http://127.0.0.1:1/${randomBytes(16).toString('base64url')}`,
    state,
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
  };
  const answer =
    by === undefined
      ? await call(cloud.url, 'POST', '/v1/auth/authorize', { json })
      : await by.device.call('POST', '/v1/me/authorize', { json: { ...json, purpose: by.purpose } });
  return { url: (answer.body as Authorization).url, verifier, state, answer };
}

/** The person at an OpenID provider: says who they are, and agrees. */
export async function agree(browser: TestBrowser, login: Seen, person: string): Promise<Seen> {
  let page = login;
  if (page.text.includes('name="login"')) page = await browser.submit(page, '/interaction/', { login: person, password: 'x' });
  while (/\/interaction\//.test(page.url)) page = await browser.submit(page, '/interaction/');
  // The page of an answer that comes as a form sends it by itself.
  return page.text.includes('Submitting Callback') ? browser.submit(page, '/v1/auth/callback/') : page;
}

/** What the browser brought back to the program. */
export const broughtBack = (page: Seen): URLSearchParams => {
  if (page.status !== 0) throw new Error(`the browser is at ${page.url}: ${page.status} ${page.text}`);
  return new URL(page.url).searchParams;
};

export const grantOf = (begun: Begun, page: Seen): Grant => ({
  kind: 'browser',
  code: broughtBack(page).get('code') ?? '',
  verifier: begun.verifier,
});

/** A sign-in through to its grant, in a browser of its own unless given. */
export async function grantFrom(
  cloud: TestCloud,
  provider: 'google' | 'apple',
  person: string,
  by?: { device: TestDevice; purpose: 'link' | 'prove' },
): Promise<Grant> {
  const browser = new TestBrowser();
  const begun = await begin(cloud, provider, by);
  if (begun.answer.status !== 200) throw new Error(begun.answer.text);
  return grantOf(begun, await agree(browser, await browser.open(begun.url), person));
}

export const signInWith = (cloud: TestCloud, grant: Grant): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'grant', grant, device } });
export const signUpWith = (cloud: TestCloud, grant: Grant): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/accounts', { json: { grant, device } });
