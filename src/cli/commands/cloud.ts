import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { countryCode, TidemarkError } from '../../contract/index.ts';
import { operateAccount, serveCloud } from '../../host/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { portNumber } from '../durations.ts';
import { count, plain, size, when } from '../text.ts';
import { httpsUrl } from '../web-address.ts';

interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly region: 'international' | 'mainland';
  readonly mailTo?: string;
  readonly mailFrom?: string;
  readonly smsTo?: string;
  readonly smsWebhook?: string;
  readonly smsCountries?: readonly string[];
  readonly otherRegion?: string;
  readonly signUp?: 'open' | 'invite' | 'closed';
  readonly providers?: string;
  readonly keyFile?: string;
  readonly plan: string;
  readonly plans?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
  readonly geoDb?: string;
}

/** cloud serve, cloud account. */
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
        .option('--plan <plan>', 'plan of new accounts', 'free')
        .option('--plans <file>', 'the catalogue of plans from now on (JSON); without it, the one that is in force stays')
        .option('--key-file <file>', 'file with the key of the data, outside of it; made when there is no data yet')
        .option('--mail-from <address>', 'send mail as this sender, by the server of TIDEMARK_SMTP_URL')
        .option('--mail-to <dir>', 'write outgoing mail as files instead, for tests and trials')
        .option('--sms-webhook <url>', 'hand text messages to this gateway, signed with TIDEMARK_SMS_SECRET')
        .option('--sms-to <dir>', 'write text messages as files instead, for tests and trials')
        .option('--sms-countries <codes>', 'the only countries that text messages go to, such as DE,AT,CH', countryCodes)
        .option('--other-region <url>', 'the cloud of the other region, offered to whoever has no account in this one')
        .option('--providers <file>', 'other services whose accounts sign in, as JSON that its owner alone can read')
        .option('--tls-cert <file>', 'certificate (PEM)')
        .option('--tls-key <file>', 'key of the certificate (PEM)')
        .option('--behind-proxy', 'a proxy in front does TLS')
        .option('--geo-db <file>', 'database of places (MMDB), so that the list of devices tells city and country instead of networks'),
    help: [
      'With --sign-up invite, every start prints an invitation for one sign-up (tidemark sign-up --invite).',
      'Where mail can be sent, an e-mail address is proved with a code before there is an account for it, and a code signs in',
      'without a password. TIDEMARK_SMTP_URL is smtps://USER:PASSWORD@HOST or smtp://…, which then has to offer STARTTLS.',
      'It also tells accounts that nobody signs in to or syncs: 90, 30, 7 and 1 days before half a year is over. Fourteen days after',
      'that their documents are deleted. An account that cannot be told, by mail or text message, keeps them.',
      'A plan is {"id": "free", "storageBytes": 1073741824, "devices": null, "pricePerYearUsd": 0, "uploadBytesPerSecond": 2097152,',
      '"downloadBytesPerSecond": 4194304}, and the file {"plans": [ … ]}; null is no limit, no price or no cap. Accounts on a plan that is in',
      'it no more keep that plan. The caps of the built-in free plan hold where others than this computer reach the cloud.',
      'The file of --providers: {"publicUrl": "https://…", "google": {"clientId", "clientSecret"}, "facebook": {…}, "wechat": {…},',
      '"apple": {"clientId", "teamId", "keyId", "privateKey"}}. Google, Apple and Facebook sign in to the international region, WeChat to',
      'the mainland. Each is told to send people back to publicUrl/v1/auth/callback/google, …/apple, …/facebook, …/wechat.',
      'With "authTime": true in google or apple its tokens have to say when somebody signed in there, and changes to an account want that it was just now.',
    ].join('\n'),
    async run(context, _, options) {
      const keyFile = options.keyFile === undefined ? `${resolve(options.data)}.key` : resolve(options.keyFile);
      const server = await serveCloud({
        dataDir: resolve(options.data),
        host: options.host,
        port: options.port,
        region: options.region,
        ...(options.otherRegion === undefined ? {} : { otherRegion: httpsUrl('--other-region', options.otherRegion) }),
        plan: options.plan,
        ...(options.plans === undefined ? {} : { plansFile: resolve(options.plans) }),
        ...(options.signUp === undefined ? {} : { signUp: options.signUp }),
        ...messageOptions(options, context.io.env),
        keyFile,
        ...(options.providers === undefined ? {} : { providersFile: resolve(options.providers) }),
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
      const key = `Nothing of the data can be read without its key, ${plain(keyFile)}: keep a copy of it apart from the data.`;
      context.line(
        { event: 'listening', url: server.url, pid: process.pid, keyFile, ...invite },
        `The cloud listens on ${server.url}; Ctrl-C stops it.\n${key}${also}`,
      );
      await new Promise<void>((done) => {
        if (context.io.signal.aborted) done();
        context.io.signal.addEventListener('abort', () => done(), { once: true });
      });
      await server.close();
      context.line({ event: 'stopped' }, 'Stopped.');
    },
  });
  addAccountCommand(cloud, shell);
}

interface AccountOptions {
  readonly data: string;
  readonly plan?: string;
  readonly signOut?: boolean;
}

/** For whoever runs a cloud, beside it. */
function addAccountCommand(cloud: Command, shell: Shell): void {
  addCommand<AccountOptions>(cloud, shell, {
    usage: 'account <address>',
    about: 'Show an account of a cloud of yours, give it another plan, or sign its devices out; also while the cloud runs',
    options: (command) =>
      command
        .requiredOption('--data <dir>', 'folder of the data of the cloud')
        .option('--plan <plan>', 'the plan that it has from now on')
        .option('--sign-out', 'sign all its devices out'),
    help: [
      'The address is the e-mail address or the phone number that signs in. A plan counts at once; its devices need no restart.',
      'Devices that are signed out stop within moments, keep their files, and go on where they were after signing in again.',
    ].join('\n'),
    async run(context, [address = ''], { data, plan, signOut = false }) {
      const account = await operateAccount({ dataDir: resolve(data), address, signOut, ...(plan === undefined ? {} : { plan }) });
      const room = `${size(account.usedBytes)} of ${size(account.totalBytes)} used, ${account.state}`;
      context.answer(
        account,
        `${plain(account.account)}: plan ${plain(account.plan)}, ${room}, ${count(account.devices, 'device')} signed in, last active ${when(account.activeAt)}`,
      );
    },
  });
}

/** Where mail and text messages go. What is secret comes from the environment, which other users of the machine cannot read. */
function messageOptions(
  options: ServeOptions,
  env: Readonly<Record<string, string | undefined>>,
): Pick<Parameters<typeof serveCloud>[0], 'mail' | 'sms'> {
  const { mailTo, mailFrom, smsTo, smsWebhook, smsCountries } = options;
  const together = (one: string, other: string): TidemarkError =>
    new TidemarkError('usage', { detail: `${one} and ${other} exclude each other` });
  if (mailTo !== undefined && mailFrom !== undefined) throw together('--mail-to', '--mail-from');
  if (smsTo !== undefined && smsWebhook !== undefined) throw together('--sms-to', '--sms-webhook');
  if (smsCountries !== undefined && smsTo === undefined && smsWebhook === undefined)
    throw new TidemarkError('usage', { detail: '--sms-countries goes with --sms-webhook or --sms-to' });
  const where = smsCountries === undefined ? {} : { countries: smsCountries };
  const needed = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new TidemarkError('usage', { detail: `${name} is not set` });
    return value;
  };
  return {
    ...(mailFrom === undefined ? {} : { mail: { smtp: smtpUrl(needed('TIDEMARK_SMTP_URL')), from: mailFrom } }),
    ...(mailTo === undefined ? {} : { mail: { folder: resolve(mailTo) } }),
    ...(smsWebhook === undefined
      ? {}
      : { sms: { webhook: httpsUrl('--sms-webhook', smsWebhook), secret: needed('TIDEMARK_SMS_SECRET'), ...where } }),
    ...(smsTo === undefined ? {} : { sms: { folder: resolve(smsTo), ...where } }),
  };
}

/** Not shown when it is wrong: it may hold a password. */
function smtpUrl(text: string): string {
  if (URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol)) return text;
  throw new TidemarkError('usage', { detail: 'TIDEMARK_SMTP_URL is no smtp:// or smtps:// address' });
}

/** Throws InvalidArgumentError. */
function countryCodes(text: string): readonly string[] {
  const codes = text.split(',').map((code) => code.trim().toUpperCase());
  const wrong = codes.find((code) => !countryCode.safeParse(code).success);
  if (wrong !== undefined) throw new InvalidArgumentError(`“${wrong}” is no country code of two letters.`);
  return codes;
}
