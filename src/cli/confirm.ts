import { createInterface } from 'node:readline';
import type { Context } from './context.ts';

/** A person at a terminal can be asked; a script or whoever reads the document of `--json` cannot. */
const canAsk = ({ io, json }: Context): boolean => io.stdin.isTTY === true && io.stderr.isTTY === true && !json;

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
