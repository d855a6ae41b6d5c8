import { CODE_DIGITS, type CodeAddress, type CodeAdvice, type SentChallenge, TidemarkError } from '../contract/index.ts';
import type { OpenedEngine } from '../host/index.ts';
import { askFor, confirm } from './confirm.ts';
import type { Context } from './context.ts';
import { languageOf, systemLocale } from './language.ts';
import { plain, when } from './text.ts';

export interface AddressOptions {
  readonly email?: string;
  readonly phone?: string;
}

export interface CodeOptions extends AddressOptions {
  /** True: one is to be sent. */
  readonly code?: string | true;
}

export const CODE_HELP = [
  'With --code and nothing behind it a code is sent to the address. On a terminal it is asked for then; otherwise the command',
  'ends with exit code 7, and is given again with --code CODE.',
  'When no code comes: look into Spam and Promotions, check the address for typos, use an e-mail address instead of a phone',
  'number, or another way to sign in. Text messages to other countries often do not arrive.',
].join('\n');

const ADVICE = {
  spam: 'look into Spam and Promotions',
  typos: 'check the address for typos',
  email: 'use an e-mail address instead (--email)',
  provider: 'sign in with another service (--browser)',
} as const satisfies Record<CodeAdvice, string>;

const CODE = new RegExp(`^\\d{${CODE_DIGITS}}$`);

/** A code as messages show it, and people type it off; undefined for what is none. */
function codeIn(text: string): string | undefined {
  const bare = text.replaceAll(/[\s-]/g, '');
  return CODE.test(bare) ? bare : undefined;
}

type Sent = { readonly to: CodeAddress; readonly code: string };

/**
 * The code of the command line, or the one that was just sent and typed. Undefined: none was asked for; `sent`: it is on its
 * way, and nobody is there to type it. Throws usage and what the cloud says.
 * @param server undefined: the cloud of the account
 * @param again the command that takes the code
 */
export async function codeOf(
  context: Context,
  options: CodeOptions,
  server: string | undefined,
  send: (engine: OpenedEngine, to: CodeAddress, language: string) => Promise<SentChallenge>,
  again: (address: string) => string,
): Promise<Sent | 'sent' | undefined> {
  if (options.code === undefined) {
    if (options.phone !== undefined) throw new TidemarkError('usage', { detail: '--phone goes with --code' });
    return undefined;
  }
  const { to, shown } = await addressOf(context, options, server);
  if (options.code !== true) {
    const code = codeIn(options.code);
    if (code === undefined)
      throw new TidemarkError('usage', { detail: `--code is a number of ${CODE_DIGITS} digits, not “${options.code}”` });
    return { to, code };
  }
  const sendOne = (): Promise<SentChallenge> => context.withEngine((engine) => send(engine, to, languageOf(context.io.env)));
  const sent = await sendOne();
  const code = await typedCode(context, plain(shown), sent, sendOne);
  if (code !== undefined) return { to, code };
  const where = plain(to.kind === 'email' ? to.email : to.phone);
  const command = `tidemark ${again(where)} --code CODE`;
  const { expiresAt, resendAt, advice } = sent;
  context.answer(
    { to, expiresAt, resendAt, advice, command },
    `A code was sent to ${plain(shown)}.\n  go on:  ${command}\n  if it does not come:  ${advice.map((one) => ADVICE[one]).join('; ')}`,
  );
  return 'sent';
}

/** Asks until a code is typed; whoever has none gets the advice, and another one once that is possible. Undefined: nobody can be asked. */
async function typedCode(
  context: Context,
  where: string,
  first: SentChallenge,
  sendOne: () => Promise<SentChallenge>,
): Promise<string | undefined> {
  let sent = first;
  for (;;) {
    const question = `A code was sent to ${where}; it is good until ${when(sent.expiresAt)}.\nCode (Enter when it does not come): `;
    const typed = await askFor(context, question);
    if (typed === undefined) return undefined;
    const code = codeIn(typed);
    if (code !== undefined) return code;
    if (typed !== '') {
      context.note(`A code is a number of ${CODE_DIGITS} digits.`);
      continue;
    }
    context.note(['If it does not come:', ...sent.advice.map((one, at) => `  ${at + 1}. ${ADVICE[one]}`)].join('\n'));
    if (Date.now() < sent.resendAt) context.note(`Another one can be sent from ${when(sent.resendAt)} on.`);
    else if ((await confirm(context, 'Send another one?')) === true) sent = await sendOne();
  }
}

/** What was typed, read by the engine: a number as it is dialled, an address that may be a typo. Throws usage, `email_invalid`, `phone_*`. */
export async function addressOf(
  context: Context,
  { email, phone }: AddressOptions,
  server: string | undefined,
): Promise<{ readonly to: CodeAddress; readonly shown: string }> {
  if (email !== undefined && phone !== undefined) throw new TidemarkError('usage', { detail: '--email and --phone exclude each other' });
  const text = email ?? phone;
  if (text === undefined) throw new TidemarkError('usage', { detail: '--email or --phone is missing' });
  const read = await context.withEngine((engine) =>
    engine.call('account.readAddress', {
      ...(server === undefined ? {} : { server }),
      kind: email === undefined ? 'phone' : 'email',
      text,
      ...countryOf(context.io.env),
    }),
  );
  if (read.delivery === 'unreliable') context.note('Text messages to other countries often do not arrive; an e-mail address is surer.');
  const { suggestion } = read;
  if (suggestion === null) return read;
  const meant = await confirm(context, `Did you mean ${plain(suggestion)}?`);
  if (meant === true) return { to: { kind: 'email', email: suggestion }, shown: suggestion };
  if (meant === undefined) context.note(`${plain(read.shown)} looks like a typo of ${plain(suggestion)}; it is taken as it is.`);
  return read;
}

/** The country that the system is set to: where numbers without a country code are at home. */
function countryOf(env: Readonly<Record<string, string | undefined>>): { readonly country?: string } {
  const country = /^[a-z]{2,3}_([A-Z]{2})$/.exec(systemLocale(env))?.[1];
  return country === undefined ? {} : { country };
}
