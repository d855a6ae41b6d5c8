import { createTransport, type Transporter } from 'nodemailer';
import { secondMs } from '../../base/index.ts';
import type { Carrier, Message } from './messenger.ts';

/** Hands mail to a server that sends it on (RFC 6409). */
export class SmtpCarrier implements Carrier {
  readonly #transport: Transporter;
  readonly #from: string;

  /** @param url `smtp://user:password@host:port` or `smtps://`; without TLS only to this machine */
  constructor(url: string, from: string) {
    const { hostname, protocol } = new URL(url);
    const isHere = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
    this.#from = from;
    this.#transport = createTransport(url, {
      // A code that goes in the clear is no secret.
      ...(protocol === 'smtp:' && !isHere ? { requireTLS: true } : {}),
      connectionTimeout: 20 * secondMs,
      greetingTimeout: 20 * secondMs,
      socketTimeout: 60 * secondMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as object);
  }

  async deliver({ to, subject, text }: Message): Promise<void> {
    await this.#transport.sendMail({ from: this.#from, to: { name: '', address: to }, subject, text });
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }
}
