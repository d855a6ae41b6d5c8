import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import { serveCloud } from '../../host/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { portNumber } from '../durations.ts';
import { notYet } from '../not-yet.ts';

interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly region: 'international' | 'mainland';
  readonly mailTo?: string;
  readonly signUp?: 'open' | 'invite' | 'closed';
  readonly keyFile?: string;
  readonly plan: 'free' | 'premium' | 'family' | 'pro';
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
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
        .option('--mail-to <dir>', 'write outgoing mail as files, for tests and trials')
        .option('--tls-cert <file>', 'certificate (PEM)')
        .option('--tls-key <file>', 'key of the certificate (PEM)')
        .option('--behind-proxy', 'a proxy in front does TLS'),
    help: 'With --sign-up invite, every start prints an invitation for one sign-up (tidemark sign-up --invite).',
    async run(context, _, options) {
      if (options.mailTo !== undefined) notYet('cloud serve --mail-to');
      const server = await serveCloud({
        dataDir: resolve(options.data),
        host: options.host,
        port: options.port,
        region: options.region,
        plan: options.plan,
        ...(options.signUp === undefined ? {} : { signUp: options.signUp }),
        keyFile: options.keyFile === undefined ? `${resolve(options.data)}.key` : resolve(options.keyFile),
        ...(options.tlsCert === undefined ? {} : { tlsCert: resolve(options.tlsCert) }),
        ...(options.tlsKey === undefined ? {} : { tlsKey: resolve(options.tlsKey) }),
        behindProxy: options.behindProxy === true,
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
