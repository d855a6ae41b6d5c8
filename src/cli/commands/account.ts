import type { Command } from 'commander';
import {
  type Account,
  type AuditEvent,
  type AuditPage,
  type CodeAddress,
  type Device,
  type ParamsIn,
  providerNames,
  providers,
  type SentChallenge,
  TidemarkError,
} from '../../contract/index.ts';
import type { OpenedEngine } from '../../host/index.ts';
import { auditTable } from '../account-log-text.ts';
import { BROWSER_HELP, type BrowserOptions, enterByBrowser, providerOf, refuseTogether, withBrowser } from '../browser.ts';
import { addressOf, CODE_HELP, type CodeOptions, codeOf } from '../codes.ts';
import { askFor, canAsk } from '../confirm.ts';
import { devicesText } from '../device-text.ts';
import { beforeLeaving, copiedText, LEAVE_HELP, type LeaveOptions, leaveOptions, openCount, unsentText } from '../leaving.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { readPassword, readSecretAlone } from '../password.ts';
import { keptLines } from '../room-text.ts';
import { plain } from '../text.ts';
import { serverAddress } from '../web-address.ts';
import { errorText } from '../language.ts';
import { wholeNumber } from '../whole-number.ts';

interface SignOptions extends CodeOptions, BrowserOptions {
  readonly server?: string;
  readonly passwordStdin?: boolean;
  readonly deviceName?: string;
  readonly invite?: string;
  readonly bootstrapSecretFile?: string;
  readonly signOutDevice?: string;
}

/** How the account is signed in to. */
const waysOf = ({ identities, hasPassword }: Account): string =>
  `Signs in: ${[...identities.map(wayOf), ...(hasPassword ? ['the password'] : [])].join(', ')}.`;

const wayOf = ({ kind, label, proved }: Account['identities'][number]): string =>
  kind === 'email' || kind === 'phone' ? `${plain(label)}${proved ? '' : ' (not proved)'}` : `${providerNames[kind]} as ${plain(label)}`;

/** Said once, when the account is made: somebody who loses the only way in loses the account. */
const signedUpText = (account: Account): string =>
  [
    `Signed up and signed in as ${who(account)}.`,
    ...(account.identities.length === 1
      ? [
          `${plain(account.label)} is the only way into this account so far. With a second one it is still yours when you lose the first:`,
          '  tidemark account link email ADDRESS, phone NUMBER, or a service (tidemark account link --help)',
        ]
      : []),
  ].join('\n');

const who = (account: Account): string => `${plain(account.label)} (${account.region}, plan ${account.plan})`;

function signOptions(command: Command): Command {
  return command
    .option('--server <url>', 'address of the cloud')
    .option('--email <address>', 'e-mail address of the account')
    .option('--phone <number>', 'phone number of the account, with its country code')
    .option('--password-stdin', 'read the password from standard input; on a terminal it is asked for')
    .option('--code [code]', 'the code that was sent; without one, a code is sent and asked for')
    .option('--browser <service>', 'with google, apple, facebook or wechat, in the browser of this machine')
    .option('--device-flow', 'in a browser on another device')
    .option('--device-name <name>', 'what this device is called; the name of the machine unless given');
}

const WAYS = ['passwordStdin', 'code', 'browser', 'deviceFlow'];

const flagOf = ({ email }: CodeOptions): string => (email === undefined ? '--phone' : '--email');

/** For who is not signed in. @param command what is given again with the code */
const codeAt = (context: Context, options: CodeOptions, server: string, purpose: 'enter' | 'reset', command: string) =>
  codeOf(
    context,
    options,
    server,
    (engine, to, language) => engine.call('account.sendCode', { server, to, purpose, language }),
    (where) => `${command} --server ${server} ${flagOf(options)} ${where}`,
  );

const sendOwn =
  (purpose: 'link' | 'prove') =>
  (engine: OpenedEngine, to: CodeAddress, language: string): Promise<SentChallenge> =>
    engine.call('account.sendOwnCode', { to, purpose, language });

/** The e-mail address that goes with a password: the one that was just proved, or one that is read here. */
async function emailOf(context: Context, { email }: CodeOptions, sent: { readonly to: CodeAddress } | undefined): Promise<string> {
  const { to } = sent ?? (await addressOf(context, { email: required(email, '--email') }, undefined));
  return to.kind === 'email' ? to.email : required(email, '--email');
}
const isByBrowser = ({ browser, deviceFlow }: SignOptions): boolean => browser !== undefined || deviceFlow === true;

function required(value: string | undefined, flag: string): string {
  if (value === undefined) throw new TidemarkError('usage', { detail: `${flag} is missing` });
  return value;
}

/** Pages of the cloud's log until there are enough. */
async function newestOf(engine: OpenedEngine, limit: number): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (let before: number | null = null; events.length < limit;) {
    const page: AuditPage = await engine.call('account.log', { before, limit: Math.min(200, limit - events.length) });
    events.push(...page.events);
    ({ before } = page);
    if (before === null) break;
  }
  return events;
}

const LIMIT_HELP =
  'Where the plan takes no more devices, they are listed, and the exit code is 7: one is signed out with --sign-out-device ID, within\n' +
  'ten minutes and without a password or a code again; one after the other where there are more than the plan takes by now.';

/** The account, or `choose`, with the answer given: the plan takes no more devices, and nobody is there to choose one. */
async function signInOrChoose(context: Context, engine: OpenedEngine, params: ParamsIn<'account.signIn'>): Promise<Account | 'choose'> {
  const { server, deviceName, signOutDevice } = params;
  const before = signOutDevice === undefined ? null : await engine.call('account.choices', {});
  try {
    return await engine.call('account.signIn', params);
  } catch (error) {
    const choices = error instanceof TidemarkError && error.code === 'device_limit' ? await engine.call('account.choices', {}) : null;
    if (choices === null) throw error;
    const isChosen = ({ id }: Device): boolean => id === signOutDevice;
    const gone = choices.devices.some(isChosen) ? undefined : before?.devices.find(isChosen);
    const { problem } = errorText({ code: 'device_limit', params: { limit: choices.limit } });
    const list = [
      ...(gone === undefined ? [] : [`${plain(gone.name)} is signed out; there are still too many.`]),
      problem,
      devicesText(choices.devices),
    ].join('\n');
    const id = await askFor(context, `${list}\nID of the device to sign out, or nothing to stop: `);
    if (id !== undefined && id !== '')
      return signInOrChoose(context, engine, { server, signOutDevice: id, ...(deviceName === undefined ? {} : { deviceName }) });
    const named = deviceName === undefined ? '' : ` --device-name ${JSON.stringify(deviceName)}`;
    const command = `tidemark sign-in --server ${server}${named} --sign-out-device ID`;
    context.answer({ ...choices, command }, `${list}\n  sign one out and this one in:  ${command}`);
    return 'choose';
  }
}

/** Whoever names no way to sign in is told of all of them. On a terminal the password is asked for. Throws usage. */
function requireWay(context: Context, { email, passwordStdin }: SignOptions): void {
  if (passwordStdin === true || (email !== undefined && canAsk(context))) return;
  const ways = '--email with --password-stdin, --email or --phone with --code, --browser, or --device-flow';
  throw new TidemarkError('usage', { detail: `it does not say how: ${ways}` });
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
    help: `${CODE_HELP}\n${BROWSER_HELP}`,
    async run(context, _, options) {
      const server = serverAddress(options.server);
      if (isByBrowser(options)) {
        refuseTogether(options, ...WAYS);
        const { secret } = await readSecretAlone(options);
        const invite = options.invite === undefined ? {} : { invite: options.invite };
        const admission = { ...invite, ...(secret === undefined ? {} : { bootstrapSecret: secret }) };
        const account = await enterByBrowser(context, 'sign-up', { ...options, server, admission });
        context.answer(account, signedUpText(account));
        return 0;
      }
      const sent = await codeAt(context, options, server, 'enter', 'sign-up');
      if (sent === 'sent') return 7;
      const usesPassword = options.passwordStdin === true || sent === undefined;
      if (usesPassword) requireWay(context, options);
      const { password, secret } = usesPassword ? await readPassword(context, options, true) : await readSecretAlone(options);
      const params = {
        server,
        ...(password === undefined ? {} : { email: await emailOf(context, options, sent), password }),
        ...(sent === undefined ? {} : { code: sent }),
        ...(options.deviceName === undefined ? {} : { deviceName: options.deviceName }),
        ...(options.invite === undefined ? {} : { invite: options.invite }),
        ...(secret === undefined ? {} : { bootstrapSecret: secret }),
      };
      const account = await context.withEngine((engine) => engine.call('account.signUp', params));
      context.answer(account, signedUpText(account));
      return 0;
    },
  });

  addCommand<SignOptions>(program, shell, {
    usage: 'sign-in',
    about: 'Sign this device in',
    options: (command) =>
      signOptions(command).option('--sign-out-device <id>', 'sign this device out in the same step, where the plan takes no more'),
    help: `${CODE_HELP}\n${BROWSER_HELP}\n${LIMIT_HELP}`,
    async run(context, _, options) {
      const server = serverAddress(options.server);
      refuseTogether(options, ...WAYS);
      if (isByBrowser(options)) {
        const account = await enterByBrowser(context, 'sign-in', { ...options, server, admission: {} });
        context.answer(account, `Signed in as ${who(account)}.`);
        return 0;
      }
      const sent = await codeAt(context, options, server, 'enter', 'sign-in');
      if (sent === 'sent') return 7;
      const { signOutDevice, deviceName } = options;
      // Whoever was told to choose has shown who they are.
      const isChosen = signOutDevice !== undefined && sent === undefined && options.passwordStdin !== true;
      if (!isChosen && sent === undefined) requireWay(context, options);
      const how = isChosen
        ? {}
        : sent === undefined
          ? { email: required(options.email, '--email'), password: (await readPassword(context, options)).password }
          : { code: sent };
      const params = {
        server,
        ...how,
        ...(deviceName === undefined ? {} : { deviceName }),
        ...(signOutDevice === undefined ? {} : { signOutDevice }),
      };
      return context.withEngine(async (engine) => {
        const account = await signInOrChoose(context, engine, params);
        if (account === 'choose') return 7;
        context.answer(account, `Signed in as ${who(account)}.`);
        return 0;
      });
    },
  });

  addCommand<LeaveOptions>(program, shell, {
    usage: 'sign-out',
    about: 'Sign this device out; files stay where they are',
    options: leaveOptions,
    help: LEAVE_HELP,
    run(context, _, options) {
      return context.withEngine(async (engine) => {
        const leaving = await beforeLeaving(context, engine, options, 'tidemark sign-out');
        if (typeof leaving === 'number') return leaving;
        const result = await engine.call('account.signOut', {});
        const lines = [
          ...(leaving.copied === null ? [] : [copiedText(leaving.copied)]),
          'Signed out. Files on this device stay.',
          ...(result.told
            ? []
            : [
                'The cloud could not be told yet; it is told the next time Tidemark runs here and reaches it.',
                `To tell it from another device, now:  tidemark devices sign-out ${result.deviceId}`,
              ]),
        ];
        context.answer({ ...result, ...leaving }, lines.join('\n'));
        return 0;
      });
    },
  });

  const account = addGroup(program, 'account', 'The account and its ways to sign in');
  addCommand(account, shell, {
    usage: 'show',
    about: 'Show the account',
    async run(context) {
      const shown = await context.withEngine((engine) => engine.call('account.show', {}));
      context.answer(shown, [who(shown), waysOf(shown), ...keptLines(shown.purgeAfter)].join('\n'));
    },
  });
  addCommand<{ readonly limit: number }>(account, shell, {
    usage: 'log',
    about: 'Show what happened to the ways into the account: who signed in, from where, and what was changed',
    options: (command) => command.option('--limit <n>', 'how many lines, the newest first', wholeNumber(1000), 50),
    async run(context, _, { limit }) {
      const events = await context.withEngine((engine) => newestOf(engine, limit));
      context.answer({ events }, auditTable(events));
    },
  });
  addCommand(account, shell, {
    usage: 'unsent',
    about: 'List what is on this device and not in the cloud, before it is left',
    help: 'It looks at the disk itself, so that it also tells what is so while paused, cut off or signed out. Exit code 3 when there is any.',
    async run(context) {
      const unsent = await context.withEngine((engine) => engine.call('account.unsent', { limit: 10_000 }));
      context.answer(unsent, unsentText(unsent));
      return openCount(unsent) === 0 ? 0 : 3;
    },
  });
  addCommand<SignOptions>(account, shell, {
    usage: 'prove',
    about: 'Show that it is still you; the ways to sign in can be changed for ten minutes after that, and after signing in',
    options: (command) =>
      command
        .option('--password-stdin', 'read the password from standard input; on a terminal it is asked for')
        .option('--email <address>', 'have a code sent to this address of the account')
        .option('--phone <number>', 'have a code sent to this number of the account')
        .option('--code [code]', 'the code that was sent; without one, a code is sent and asked for')
        .option('--browser <service>', 'with a service that the account has, in the browser of this machine'),
    help: CODE_HELP,
    async run(context, _, options) {
      refuseTogether(options, ...WAYS);
      const said = 'For ten minutes the ways to sign in can be changed.';
      if (isByBrowser(options)) {
        const provider = providerOf(String(options.browser));
        await context.withEngine((engine) =>
          withBrowser(context, engine, provider, { purpose: 'prove' }, (begun) => engine.call('account.prove', { begun })),
        );
        context.answer({}, said);
        return 0;
      }
      const sent = await codeOf(context, options, undefined, sendOwn('prove'), (where) => `account prove ${flagOf(options)} ${where}`);
      if (sent === 'sent') return 7;
      const given = sent === undefined ? { password: (await readPassword(context, options)).password } : { code: sent };
      await context.withEngine((engine) => engine.call('account.prove', given));
      context.answer({}, said);
      return 0;
    },
  });
  addCommand<SignOptions>(account, shell, {
    usage: 'link <method> [address]',
    about: 'Add a way to sign in: email with an address, phone with a number, or google, apple, facebook, wechat in the browser',
    options: (command) => command.option('--code [code]', 'the code that was sent there; without one, a code is sent and asked for'),
    help: CODE_HELP,
    async run(context, [method = '', address], options) {
      if (method !== 'email' && method !== 'phone') {
        if (!providers.some((id) => id === method))
          throw new TidemarkError('usage', { detail: `“${method}” is no way to sign in: email, phone, ${providers.join(', ')}` });
        const linked = await context.withEngine((engine) =>
          withBrowser(context, engine, providerOf(method), { purpose: 'link' }, (begun) => engine.call('account.link', { begun })),
        );
        context.answer(linked, `Added. ${waysOf(linked)}`);
        return 0;
      }
      const to = { [method]: required(address, 'the address'), code: options.code ?? true };
      const sent = await codeOf(context, to, undefined, sendOwn('link'), (where) => `account link ${method} ${where}`);
      if (sent === 'sent') return 7;
      if (sent === undefined) throw new TidemarkError('code_expired');
      const linked = await context.withEngine((engine) => engine.call('account.link', { code: sent }));
      context.answer(linked, `Added. ${waysOf(linked)}`);
      return 0;
    },
  });
  addCommand(account, shell, {
    usage: 'unlink <method>',
    about: 'Remove a way to sign in: its address or number, or its kind where there is one of it',
    async run(context, [method = '']) {
      const left = await context.withEngine(async (engine) => {
        const { identities } = await engine.call('account.show', {});
        const meant = identities.filter(({ kind, label }) => kind === method || label === method.trim().toLowerCase());
        const [only] = meant;
        if (only === undefined || meant.length > 1)
          throw new TidemarkError('usage', {
            detail: `${meant.length === 0 ? 'there is no' : 'there is more than one'} “${method}”; the account has ${identities.map(({ label }) => label).join(', ')}`,
          });
        return engine.call('account.unlink', { id: only.id });
      });
      context.answer(left, `Removed. ${waysOf(left)}`);
    },
  });
  addCommand<SignOptions>(account, shell, {
    usage: 'password',
    about: 'Set or change the password; the other devices are signed out',
    options: (command) => command.option('--password-stdin', 'read the new password from standard input; on a terminal it is asked for'),
    async run(context, _, options) {
      const { password } = await readPassword(context, options, true);
      await context.withEngine((engine) => engine.call('account.setPassword', { password }));
      context.answer({}, 'The password is set, and the other devices are signed out.');
    },
  });
  addCommand<SignOptions>(account, shell, {
    usage: 'recover',
    about: 'Set a new password with a code; all devices of the account are signed out',
    options: (command) =>
      command
        .option('--server <url>', 'address of the cloud')
        .option('--email <address>', 'e-mail address of the account')
        .option('--phone <number>', 'phone number of the account, with its country code')
        .option('--code [code]', 'the code that was sent; without one, a code is sent and asked for')
        .option('--password-stdin', 'read the new password from standard input; on a terminal it is asked for'),
    help: CODE_HELP,
    async run(context, _, options) {
      const server = serverAddress(options.server);
      const sent = await codeAt(context, { ...options, code: options.code ?? true }, server, 'reset', 'account recover');
      if (sent === 'sent') return 7;
      if (sent === undefined) throw new TidemarkError('code_expired');
      const { password } = await readPassword(context, options, true);
      await context.withEngine((engine) => engine.call('account.resetPassword', { server, code: sent, password }));
      context.answer({}, 'The new password is set, and every device is signed out. Sign in with it: tidemark sign-in');
      return 0;
    },
  });
}
