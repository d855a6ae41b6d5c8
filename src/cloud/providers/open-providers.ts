import type { Provider } from '../../contract/index.ts';
import { FacebookProvider } from './facebook.ts';
import { appleProvider, googleProvider } from './openid.ts';
import type { SignInProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';
import { WeChatProvider } from './wechat.ts';

/** Those that are set up, in the order in which they are offered. */
export function openProviders(settings: ProviderSettings | undefined, now: () => number): ReadonlyMap<Provider, SignInProvider> {
  const { google, apple, facebook, wechat } = settings ?? {};
  const all = [
    google && googleProvider(google, now),
    apple && appleProvider(apple, now),
    facebook && new FacebookProvider(facebook, now),
    wechat && new WeChatProvider(wechat, now),
  ];
  return new Map(all.flatMap((one) => (one === undefined ? [] : [[one.id, one]])));
}
