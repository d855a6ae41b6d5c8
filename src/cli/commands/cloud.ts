import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import { TidemarkError } from '../../contract/index.ts';
import { isLoopbackHost, serveCloud } from '../../host/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { portNumber } from '../durations.ts';

interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly region: 'international' | 'mainland';
  readonly mailTo?: string;
  readonly mailFrom?: string;
  readonly smsTo?: string;
  readonly smsWebhook?: string;
  readonly signUp?: 'open' | 'invite' | 'closed';
  readonly keyFile?: string;
  readonly plan: 'free' | 'premium' | 'family' | 'pro';
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
  readonly geoDb?: string;
}

/** cloud serve. */
export function addCloudCommands(program: Command, shell: Shell): void {
  const cloud = addGroup(program, 'cloud', 'The cloud server');
  addCommand<ServeOptions>(cloud, shell, {
    usage: 'serve',
    about: 'Serve a cloud until it is interrupted',
    options: (command) =>
      command
        .requiredOption('--data <dir>', 'folder of its data')
        .option('--host <address>', 'address to listen on', '127.0.0.1')
        .option('--port <port>', 'port to listen on; 0 takes a free one', portNumber, 0)
        .addOption(new Option('--region <region>', 'region it belongs to').choices(['international', 'mainland']).default('international'))
        .addOption(
          new Option('--sign-up <mode>', 'who may make an account; open on loopback, closed elsewhere').choices([
            'open',
            'invite',
            'closed',
          ]),
        )
        .addOption(new Option('--plan <plan>', 'plan of new accounts').choices(['free', 'premium', 'family', 'pro']).default('free'))
        .option('--key-file <file>', 'file with the key of the data, outside of it; made when there is no data yet')
        .option('--mail-from <address>', 'send mail as this sender, by the server of TIDEMARK_SMTP_URL')
        .option('--mail-to <dir>', 'write outgoing mail as files instead, for tests and trials')
        .option('--sms-webhook <url>', 'hand text messages to this gateway, signed with TIDEMARK_SMS_SECRET')
        .option('--sms-to <dir>', 'write text messages as files instead, for tests and trials')
        .option('--tls-cert <file>', 'certificate (PEM)')
        .option('--tls-key <file>', 'key of the certificate (PEM)')
        .option('--behind-proxy', 'a proxy in front does TLS')
        .option('--geo-db <file>', 'database of places (MMDB), so that the list of devices tells city and country instead of networks'),
    help: [
      'With --sign-up invite, every start prints an invitation for one sign-up (tidemark sign-up --invite).',
      'Where mail can be sent, an e-mail address is proved with a code before there is an account for it, and a code signs in',
      'without a password. TIDEMARK_SMTP_URL is smtps://USER:PASSWORD@HOST or smtp://…, which then has to offer STARTTLS.',
    ].join('\n'),
    async run(context, _, options) {
      const server = await serveCloud({
        dataDir: resolve(options.data),
        host: options.host,
        port: options.port,
        region: options.region,
        plan: options.plan,
        ...(options.signUp === undefined ? {} : { signUp: options.signUp }),
        ...messageOptions(options, context.io.env),
        keyFile: options.keyFile === undefined ? `${resolve(options.data)}.key` : resolve(options.keyFile),
        ...(options.tlsCert === undefined ? {} : { tlsCert: resolve(options.tlsCert) }),
        ...(options.tlsKey === undefined ? {} : { tlsKey: resolve(options.tlsKey) }),
        behindProxy: options.behindProxy === true,
        ...(options.geoDb === undefined ? {} : { geoDb: resolve(options.geoDb) }),
        log: (level, message, details) => {
          if (level !== 'info') context.note(`${message}${details === undefined ? '' : ` ${JSON.stringify(details)}`}`);
        },
      });
      const invite = options.signUp === 'invite' ? { invite: await server.newInvite() } : undefined;
      const also = invite === undefined ? '' : `\nAn invitation for one sign-up: ${invite.invite}`;
      context.line(
        { event: 'listening', url: server.url, pid: process.pid, ...invite },
        `The cloud listens on ${server.url}; Ctrl-C stops it.${also}`,
      );
      await new Promise<void>((done) => {
        if (context.io.signal.aborted) done();
        context.io.signal.addEventListener('abort', () => done(), { once: true });
      });
      await server.close();
      context.line({ event: 'stopped' }, 'Stopped.');
    },
  });
}

/** Where mail and text messages go. What is secret comes from the environment, which other users of the machine cannot read. */
function messageOptions(
  options: ServeOptions,
  env: Readonly<Record<string, string | undefined>>,
): Pick<Parameters<typeof serveCloud>[0], 'mail' | 'sms'> {
  const { mailTo, mailFrom, smsTo, smsWebhook } = options;
  const together = (one: string, other: string): TidemarkError =>
    new TidemarkError('usage', { detail: `${one} and ${other} exclude each other` });
  if (mailTo !== undefined && mailFrom !== undefined) throw together('--mail-to', '--mail-from');
  if (smsTo !== undefined && smsWebhook !== undefined) throw together('--sms-to', '--sms-webhook');
  const needed = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new TidemarkError('usage', { detail: `${name} is not set` });
    return value;
  };
  return {
    ...(mailFrom === undefined ? {} : { mail: { smtp: smtpUrl(needed('TIDEMARK_SMTP_URL')), from: mailFrom } }),
    ...(mailTo === undefined ? {} : { mail: { folder: resolve(mailTo) } }),
    ...(smsWebhook === undefined ? {} : { sms: { webhook: gatewayUrl(smsWebhook), secret: needed('TIDEMARK_SMS_SECRET') } }),
    ...(smsTo === undefined ? {} : { sms: { folder: resolve(smsTo) } }),
  };
}

/** Not shown when it is wrong: it may hold a password. */
function smtpUrl(text: string): string {
  if (URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol)) return text;
  throw new TidemarkError('usage', { detail: 'TIDEMARK_SMTP_URL is no smtp:// or smtps:// address' });
}

function gatewayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))) return text;
  throw new TidemarkError('usage', { detail: '--sms-webhook is no https:// address, nor http:// of this machine' });
}
