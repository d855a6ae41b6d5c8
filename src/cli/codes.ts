import { type Challenge, type CodeAddress, TidemarkError } from '../contract/index.ts';
import type { OpenedEngine } from '../host/index.ts';
import { askFor } from './confirm.ts';
import type { Context } from './context.ts';
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

type Sent = { readonly to: CodeAddress; readonly code: string };

/**
 * The code of the command line, or the one that was just sent and typed. Undefined: none was asked for; `sent`: it is on its
 * way, and nobody is there to type it. Throws usage and what the cloud says.
 * @param again the command that takes the code
 */
export async function codeOf(
  context: Context,
  options: CodeOptions,
  send: (engine: OpenedEngine, to: CodeAddress, language: string) => Promise<Challenge>,
  again: (address: string) => string,
): Promise<Sent | 'sent' | undefined> {
  if (options.code === undefined) {
    if (options.phone !== undefined) throw new TidemarkError('usage', { detail: '--phone goes with --code' });
    return undefined;
  }
  const to = addressOf(options);
  if (options.code !== true) return { to, code: options.code };
  const sent = await context.withEngine((engine) => send(engine, to, languageOf(context.io.env)));
  const where = plain(to.kind === 'email' ? to.email : to.phone);
  const code = await askFor(context, `A code was sent to ${where}; it is good until ${when(sent.expiresAt)}.\nCode: `);
  if (code !== undefined) return { to, code };
  const command = `tidemark ${again(where)} --code CODE`;
  context.answer({ to, expiresAt: sent.expiresAt, resendAt: sent.resendAt, command }, `A code was sent to ${where}.\n  go on:  ${command}`);
  return 'sent';
}

function addressOf({ email, phone }: AddressOptions): CodeAddress {
  if (email !== undefined && phone !== undefined) throw new TidemarkError('usage', { detail: '--email and --phone exclude each other' });
  if (email !== undefined) return { kind: 'email', email };
  if (phone !== undefined) return { kind: 'phone', phone: phone.replaceAll(/[\s().-]/g, '') };
  throw new TidemarkError('usage', { detail: '--email or --phone is missing' });
}

/** POSIX: what messages are in, as a tag of BCP 47. */
function languageOf(env: Readonly<Record<string, string | undefined>>): string {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((one) => one !== undefined && one !== '') ?? '';
  const tag = locale
    .replace(/[.@].*$/, '')
    .replace('_', '-')
    .slice(0, 35);
  return /^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/.test(tag) ? tag : 'en';
}
