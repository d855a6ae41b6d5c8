import { TidemarkError } from '../../contract/index.ts';

/** True for names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The base address of a cloud without trailing slash, query or fragment.
 * Throws `cloud_insecure` for `http://` to another machine, `invalid_request` for what is no server address at all.
 */
export function serverAddress(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    throw new TidemarkError('invalid_request', { field: 'server', server, problem: 'an address such as https://cloud.example.org' });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw new TidemarkError('cloud_insecure', { server });
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
