import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { TidemarkError } from '../contract/index.ts';
import type { Context } from './context.ts';

/** A person at a terminal can be asked; a script or whoever reads the document of `--json` cannot. */
export const canAsk = ({ io, json }: Context): boolean => io.stdin.isTTY === true && io.stderr.isTTY === true && !json;

/** Asks on the terminal; whatever is no yes is a no. Undefined where nobody can be asked. Throws aborted. */
export async function confirm(context: Context, question: string): Promise<boolean | undefined> {
  const answer = await askFor(context, `${question} [y/N] `);
  return answer === undefined ? undefined : /^y(es)?$/i.test(answer);
}

/** One line of the terminal, without the blanks around it. Undefined where nobody can be asked. Throws aborted. */
export async function askFor(context: Context, question: string): Promise<string | undefined> {
  if (!canAsk(context)) return undefined;
  context.io.stderr.write(question);
  const lines = createInterface({ input: context.io.stdin });
  const answer = new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
  });
  try {
    return (await context.untilAborted(answer)).trim();
  } finally {
    lines.close();
  }
}

/** One line of the terminal as it was typed, which nobody sees. Undefined where nobody can be asked. Throws aborted. */
export async function askHidden(context: Context, question: string): Promise<string | undefined> {
  if (!canAsk(context)) return undefined;
  const { stdin, stderr } = context.io;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal it reads each key by itself, so that the system shows none.
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  // Only now: what is typed at once is not shown either.
  stderr.write(question);
  const answer = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    // Ctrl-C is a key like others then, and so is Ctrl-D.
    lines.once('close', () => reject(new TidemarkError('aborted')));
  });
  try {
    return await context.untilAborted(answer);
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
