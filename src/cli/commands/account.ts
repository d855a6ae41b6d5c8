import type { Command } from 'commander';
import { type Account, TidemarkError } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { readPassword } from '../password.ts';
import { notYet } from '../not-yet.ts';
import { plain, when } from '../text.ts';

interface SignOptions {
  readonly server?: string;
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly deviceName?: string;
  readonly invite?: string;
  readonly bootstrapSecretFile?: string;
  readonly code?: string;
  readonly phone?: string;
  readonly browser?: boolean;
  readonly deviceFlow?: boolean;
}

const who = (account: Account): string => `${plain(account.email)} (${account.region}, plan ${account.plan})`;

function signOptions(command: Command): Command {
  return command
    .option('--server <url>', 'address of the cloud')
    .option('--email <address>', 'e-mail address of the account')
    .option('--password-stdin', 'read the password from standard input')
    .option('--device-name <name>', 'what this device is called; the name of the machine unless given');
}

function required(value: string | undefined, flag: string): string {
  if (value === undefined) throw new TidemarkError('usage', { detail: `${flag} is missing` });
  return value;
}

/** sign-up, sign-in, sign-out and account. */
export function addAccountCommands(program: Command, shell: Shell): void {
  addCommand<SignOptions>(program, shell, {
    usage: 'sign-up',
    about: 'Make an account and sign this device in',
    options: (command) =>
      signOptions(command)
        .option('--invite <code>', 'the invitation, where the cloud asks for one')
        .option('--bootstrap-secret-file <file>', 'file with the secret that opens the first sign-up of an embedded cloud'),
    async run(context, _, options) {
      const server = required(options.server, '--server');
      const email = required(options.email, '--email');
      const { password, secret } = await readPassword(context, options);
      const params = {
        server,
        email,
        password,
        ...(options.deviceName === undefined ? {} : { deviceName: options.deviceName }),
        ...(options.invite === undefined ? {} : { invite: options.invite }),
        ...(secret === undefined ? {} : { bootstrapSecret: secret }),
      };
      const account = await context.withEngine((engine) => engine.call('account.signUp', params));
      context.answer(account, `Signed up and signed in as ${who(account)}.`);
    },
  });

  addCommand<SignOptions>(program, shell, {
    usage: 'sign-in',
    about: 'Sign this device in',
    options: (command) =>
      signOptions(command)
        .option('--code <code>', 'sign in with the code that was sent')
        .option('--phone <number>', 'sign in with a phone number')
        .option('--browser', 'sign in with another service, in the browser')
        .option('--device-flow', 'sign in with another service, on another device'),
    async run(context, _, options) {
      if (options.code !== undefined) notYet('sign-in --code');
      if (options.phone !== undefined) notYet('sign-in --phone');
      if (options.browser === true) notYet('sign-in --browser');
      if (options.deviceFlow === true) notYet('sign-in --device-flow');
      const server = required(options.server, '--server');
      const email = required(options.email, '--email');
      const { password } = await readPassword(context, options);
      const params = { server, email, password, ...(options.deviceName === undefined ? {} : { deviceName: options.deviceName }) };
      const account = await context.withEngine((engine) => engine.call('account.signIn', params));
      context.answer(account, `Signed in as ${who(account)}.`);
    },
  });

  addCommand(program, shell, {
    usage: 'sign-out',
    about: 'Sign this device out; files stay where they are',
    async run(context) {
      const result = await context.withEngine((engine) => engine.call('account.signOut', {}));
      const aside = result.told ? '' : ' The cloud could not be told; it forgets this device by itself.';
      context.answer(result, `Signed out. Files on this device stay.${aside}`);
    },
  });

  const account = addGroup(program, 'account', 'The account and its ways to sign in');
  addCommand(account, shell, {
    usage: 'show',
    about: 'Show the account',
    async run(context) {
      const shown = await context.withEngine((engine) => engine.call('account.show', {}));
      context.answer(shown, `${who(shown)}\nCloud documents are kept until ${when(shown.purgeAfter)} at least; every sync puts that off.`);
    },
  });
  const later = [
    ['link <method>', 'Add a way to sign in'],
    ['unlink <method>', 'Remove a way to sign in'],
    ['password', 'Set or change the password'],
    ['recover', 'Get back into the account'],
  ] as const;
  for (const [usage, about] of later) {
    addCommand(account, shell, { usage, about, run: () => notYet(`account ${usage.split(' ')[0] ?? usage}`) });
  }
}
