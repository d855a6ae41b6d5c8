import { TidemarkError } from '../contract/index.ts';
import { isLoopbackHost } from '../host/index.ts';

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** Throws usage where it is neither https:// nor, on this machine, http://. */
export function httpsUrl(option: string, text: string): string {
  const url = parsed(text);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))) return text;
  throw new TidemarkError('usage', { detail: `${option} is no https:// address, nor http:// of this machine` });
}

/** The address of a cloud. Throws usage, with what it could have meant. */
export function serverAddress(text: string | undefined): string {
  if (text === undefined) throw new TidemarkError('usage', { detail: '--server is missing' });
  const protocol = parsed(text)?.protocol;
  if (protocol === 'https:' || protocol === 'http:') return text;
  throw new TidemarkError('usage', { detail: `--server is an address with https:// or http:// before it, not “${text}”` });
}
