import { KiB, secondMs } from '../../base/index.ts';
import type { Provider } from '../../contract/index.ts';
import { coarsened } from '../accounts/places.ts';
import { isLoopback } from '../http/listen-address.ts';
import { answerInvalid, unreachable } from './provider.ts';
import { isPrivateAddress } from './settings.ts';

const PATIENCE_MS = 10 * secondMs;
const MAX_ANSWER_BYTES = 512 * KiB;

export interface Asked {
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  readonly body?: NonNullable<Parameters<typeof fetch>[1]>['body'] | undefined;
}

export type BoundedFetch = (url: string, asked?: Asked) => Promise<Response>;

/**
 * Asks a service for one answer: encrypted, in ten seconds, without following it elsewhere, and not more than it takes to say who
 * somebody is. Only where the service itself is on this machine, or in its network, are addresses of it asked: what it names as its
 * endpoints would else reach what is not for it. Throws
 * `provider_unreachable` and `provider_answer_invalid`, with neither an address nor an answer in them: both may hold secrets.
 */
export function boundedFetch(id: Provider, home: string): BoundedFetch {
  const { protocol, hostname } = new URL(home);
  const isLocal = protocol === 'http:';
  const mayBeNear = isNear(hostname);
  return async (url, { method = 'GET', headers, body } = {}) => {
    const to = URL.canParse(url) ? new URL(url) : undefined;
    if (to === undefined || !isPrivateAddress(to) || (to.protocol === 'http:' && !isLocal) || (isNear(to.hostname) && !mayBeNear))
      throw answerInvalid(id, 'address');
    const answer = await fetch(to, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    }).catch(() => {
      throw unreachable(id);
    });
    if (answer.status >= 500) throw unreachable(id);
    if (answer.status >= 300 && answer.status < 400) throw answerInvalid(id, 'redirect');
    const bytes = await readAll(id, answer);
    return new Response(bytes.length === 0 ? null : bytes, { status: answer.status, headers: answer.headers });
  };
}

/** Of this machine or of a network of its own, by what stands there. */
function isNear(host: string): boolean {
  const place = coarsened(host.replace(/^\[(.*)\]$/, '$1'));
  return isLoopback(host) || place === 'this_machine' || place === 'local_network';
}

async function readAll(id: Provider, { body }: Response): Promise<Buffer<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
      length += piece.length;
      if (length > MAX_ANSWER_BYTES) break;
      pieces.push(piece);
    }
  } catch {
    throw unreachable(id);
  }
  if (length > MAX_ANSWER_BYTES) throw answerInvalid(id, 'length');
  return Buffer.concat(pieces);
}

/** An answer as JSON, whatever type it claims to be: some services send it as text. */
export async function readJson(id: Provider, answer: Response): Promise<unknown> {
  try {
    return JSON.parse(await answer.text()) as unknown;
  } catch {
    throw answerInvalid(id, 'JSON');
  }
}
