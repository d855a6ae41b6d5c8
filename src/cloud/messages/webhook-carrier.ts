import { createHmac } from 'node:crypto';
import got from 'got';
import { secondMs } from '../../base/index.ts';
import type { Carrier, Message } from './messenger.ts';

/**
 * Hands text messages to a gateway over HTTP: a POST of `{"to", "text"}`, with the time and an HMAC-SHA-256 of "time.body" by
 * the shared secret, in hex, so that the gateway knows who asks and takes nothing twice.
 */
export class WebhookCarrier implements Carrier {
  readonly #url: string;
  readonly #secret: string;
  readonly #now: () => number;

  constructor(url: string, secret: string, now: () => number) {
    this.#url = url;
    this.#secret = secret;
    this.#now = now;
  }

  async deliver({ to, text }: Message): Promise<void> {
    const body = JSON.stringify({ to, text });
    const time = String(Math.floor(this.#now() / secondMs));
    const signature = createHmac('sha256', this.#secret).update(`${time}.${body}`).digest('hex');
    const { statusCode } = await got.post(this.#url, {
      body,
      headers: { 'content-type': 'application/json', 'tidemark-time': time, 'tidemark-signature': signature },
      // Sent again by the outbox, which knows what became of the first.
      retry: { limit: 0 },
      followRedirect: false,
      timeout: { request: 20 * secondMs },
    });
    // A redirect: whoever it leads to is nobody to give numbers to.
    if (statusCode >= 300) throw new Error(`the gateway answered ${statusCode}`);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
