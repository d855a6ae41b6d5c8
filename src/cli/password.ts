import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { TidemarkError } from '../contract/index.ts';
import { askHidden, canAsk } from './confirm.ts';
import type { Context } from './context.ts';

/** Longest password or secret that is read, in bytes; the rest of a wrong file is not swallowed. */
const MAX_BYTES = 4096;

export interface SecretSources {
  readonly passwordStdin?: boolean;
  readonly bootstrapSecretFile?: string;
}

/**
 * The secrets of a sign-up or sign-in. They are typed on a terminal, where they are not shown, or come through pipes and files,
 * never as arguments, which other programs of the machine can read. Throws usage when nobody can be asked and the command does not
 * say where from.
 * @param isNew nobody has typed it before: it is asked for twice
 */
export async function readPassword(
  context: Context,
  sources: SecretSources,
  isNew = false,
): Promise<{ password: string; secret: string | undefined }> {
  const password = canAsk(context) ? await typedPassword(context, isNew) : await pipedPassword(context, sources);
  return { password, secret: (await readSecretAlone(sources)).secret };
}

async function pipedPassword(context: Context, { passwordStdin }: SecretSources): Promise<string> {
  if (passwordStdin !== true)
    throw new TidemarkError('usage', { detail: '--password-stdin is missing; passwords are read from a terminal or standard input' });
  return firstLine(await context.untilAborted(readLimited(context.io.stdin)), 'the password');
}

async function typedPassword(context: Context, isNew: boolean): Promise<string> {
  for (;;) {
    const typed = await askHidden(context, isNew ? 'New password: ' : 'Password: ');
    if (typed === undefined || typed === '') throw new TidemarkError('usage', { detail: 'the password is empty' });
    if (!isNew || (await askHidden(context, 'The same once more: ')) === typed) return typed;
    context.note('The two are not the same.');
  }
}

/** For who signs up without a password. */
export async function readSecretAlone({
  bootstrapSecretFile: file,
}: SecretSources): Promise<{ password: undefined; secret: string | undefined }> {
  return { password: undefined, secret: file === undefined ? undefined : firstLine(await readSecretFile(file), file) };
}

async function readLimited(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = Buffer.from(chunk as Buffer | string);
    bytes += part.length;
    if (bytes > MAX_BYTES)
      throw new TidemarkError('usage', { detail: `standard input is longer than ${MAX_BYTES} bytes; it should hold the password alone` });
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readSecretFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TidemarkError('usage', { detail: `${path} cannot be read` }, { cause });
  }
}

function firstLine(text: string, what: string): string {
  const line = text.replace(/\r?\n$/, '');
  if (line === '') throw new TidemarkError('usage', { detail: `${what} is empty` });
  if (line.includes('\n')) throw new TidemarkError('usage', { detail: `${what} has more than one line` });
  return line;
}
