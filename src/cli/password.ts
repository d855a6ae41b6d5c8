import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { TidemarkError } from '../contract/index.ts';
import type { Context } from './context.ts';

/** Longest password or secret that is read, in bytes; the rest of a wrong file is not swallowed. */
const MAX_BYTES = 4096;

export interface SecretSources {
  readonly passwordStdin?: boolean;
  readonly bootstrapSecretFile?: string;
}

/**
 * The secrets of a sign-up or sign-in. They come through pipes and files, never as arguments, which other programs of
 * the machine can read. Throws usage when the command does not say where from.
 */
export async function readPassword(context: Context, sources: SecretSources): Promise<{ password: string; secret: string | undefined }> {
  if (sources.passwordStdin !== true) {
    throw new TidemarkError('usage', { detail: '--password-stdin is missing; passwords are only read from standard input' });
  }
  if (context.io.stdin.isTTY === true) context.note('Type the password, then Enter and Ctrl-D.');
  const password = firstLine(await context.untilAborted(readLimited(context.io.stdin)), 'the password');
  return { password, secret: (await readSecretAlone(sources)).secret };
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
