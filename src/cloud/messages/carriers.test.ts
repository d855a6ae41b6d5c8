import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddressObject, simpleParser } from 'mailparser';
import { afterEach, describe, expect, it } from 'vitest';
import { type MailServer, mailServer as startMailServer } from '../testing/mail-server.ts';
import { FolderCarrier } from './folder-carrier.ts';
import type { Carrier, Message } from './messenger.ts';
import { Outbox } from './outbox.ts';
import { SmtpCarrier } from './smtp-carrier.ts';
import { WebhookCarrier } from './webhook-carrier.ts';

const message: Message = { to: 'ann@example.com', subject: '您的验证码', text: 'The code is 123456.\n\nNobody asks for it.' };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A mail server for one test. */
async function mailServer(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  closing.push(() => Promise.resolve(server[Symbol.asyncDispose]()));
  return server;
}

const using = <T extends Carrier>(carrier: T): T => {
  closing.push(() => carrier.close());
  return carrier;
};

describe('mail by SMTP', () => {
  it('arrives as it was written, in any language', async () => {
    const { port, mails } = await mailServer();
    await deliverBy(using(new SmtpCarrier(`smtp://127.0.0.1:${port}`, 'Tidemark <tidemark@example.com>')));
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect([mail?.subject, mail?.text?.trim(), (mail?.to as AddressObject).text, mail?.from?.text]).toEqual([
      message.subject,
      message.text,
      message.to,
      '"Tidemark" <tidemark@example.com>',
    ]);
  });

  it('signs in at the server with the name and the password of its address', async () => {
    const seen: unknown[] = [];
    const { port, mails } = await mailServer({
      authOptional: false,
      onAuth: ({ username, password }, _, done) => {
        seen.push([username, password]);
        done(null, { user: username });
      },
    });
    await deliverBy(using(new SmtpCarrier(`smtp://tide:m%40rk@127.0.0.1:${port}`, 'tidemark@example.com')));
    expect([seen, mails.length]).toEqual([[['tide', 'm@rk']], 1]);
  });

  it('puts nothing of an address into the head of the mail', async () => {
    const { port, mails } = await mailServer();
    const carrier = using(new SmtpCarrier(`smtp://127.0.0.1:${port}`, 'tidemark@example.com'));
    await carrier.deliver({ ...message, to: 'ann@example.com\r\nBcc: eve@example.com' }).catch(() => undefined);
    for (const mail of mails) expect(mail.headers.has('bcc')).toBe(false);
  });

  it('is refused where the server is not there', async () => {
    await expect(using(new SmtpCarrier('smtp://127.0.0.1:1', 'tidemark@example.com')).deliver(message)).rejects.toThrow();
  });
});

const deliverBy = (carrier: Carrier): Promise<void> => carrier.deliver(message);

describe('text messages by a gateway', () => {
  async function gateway(
    status: number,
  ): Promise<{ readonly url: string; readonly requests: { headers: IncomingMessage['headers']; body: string }[] }> {
    const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
    const server: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push({ headers: request.headers, body });
        response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`, requests };
  }

  it('are signed, so that it knows who asks', async () => {
    const { url, requests } = await gateway(204);
    await using(new WebhookCarrier(url, 'shared', () => 1_700_000_000_500)).deliver({ ...message, to: '+4930123456' });
    const [request] = requests;
    expect(JSON.parse(request?.body ?? '')).toEqual({ to: '+4930123456', text: message.text });
    const signature = createHmac('sha256', 'shared')
      .update(`1700000000.${request?.body ?? ''}`)
      .digest('hex');
    expect(request?.headers).toMatchObject({ 'tidemark-time': '1700000000', 'tidemark-signature': signature });
  });

  it.each([302, 400, 503])('are not taken with the answer %d, and nobody else is asked', async (status) => {
    const { url, requests } = await gateway(status);
    await expect(using(new WebhookCarrier(url, 'shared', Date.now)).deliver(message)).rejects.toThrow();
    expect(requests).toHaveLength(1);
  });
});

describe('messages into a folder', () => {
  it('are whole files that only their owner reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-mail-'));
    closing.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    const carrier = new FolderCarrier(join(folder, 'new'), 'eml', () => Date.UTC(2026, 0, 1));
    await carrier.deliver(message);
    await carrier.deliver(message);
    const names = readdirSync(join(folder, 'new')).sort();
    expect(names).toEqual(['2026-01-01T00-00-00-000Z-000001.eml', '2026-01-01T00-00-00-000Z-000002.eml']);
    const path = join(folder, 'new', names[0] ?? '');
    const mail = await simpleParser(readFileSync(path));
    expect([mail.subject, mail.text?.trim(), (mail.to as AddressObject).text]).toEqual([message.subject, message.text, message.to]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('what waits to be sent', () => {
  it('is told of when it cannot be delivered, without a word of what it says or to whom, and is not waited for at the end', async () => {
    const told: unknown[] = [];
    const outbox = new Outbox(using(new SmtpCarrier('smtp://127.0.0.1:1', 'tidemark@example.com')), (...line) => told.push(line));
    outbox.send(message);
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await outbox.close();
    const text = JSON.stringify(told);
    expect(text).toContain('could not be delivered');
    for (const secret of [message.to, '123456', message.subject]) expect(text).not.toContain(secret);
  });
});
