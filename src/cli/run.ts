import { CommanderError } from 'commander';
import { type ErrorData, TidemarkError, errorKind, errorText, toErrorData } from '../contract/index.ts';
import type { Io } from './io.ts';
import { errorLine, inLanguageOf } from './language.ts';
import { buildProgram } from './program.ts';
import { plain } from './text.ts';

/** Runs one command line, without the names of program and script. Answers the exit code of CLI.md. */
export const run = (args: readonly string[], io: Io): Promise<number> => inLanguageOf(io.env, () => runCommand(args, io));

async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let exit = 0;
  const program = buildProgram({ io, done: (code) => (exit = code) });
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    // A group without its command: commander has shown the help.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return 2;
    const error = thrown instanceof CommanderError ? usage(thrown) : toErrorData(thrown);
    // `--json` counts also where the line could not be understood.
    report(error, io, args.includes('--json'));
    if (error.code === 'internal' && io.env['TIDEMARK_LOG'] === 'debug') io.stderr.write(`${String((thrown as Error).stack)}\n`);
    return errorKind(error.code).exit ?? 1;
  }
}

function usage(error: CommanderError): ErrorData {
  const detail = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '');
  return toErrorData(new TidemarkError('usage', { detail }));
}

/** One line for people on standard error, in their language; with `--json` the document on standard output as well, the same in any. */
function report(error: ErrorData, io: Io, json: boolean): void {
  if (json) io.stdout.write(`${JSON.stringify({ error: { ...error, ...errorText(error) } })}\n`);
  if (io.stderr.isTTY === true && !json) io.stderr.write('\r\u001b[K');
  io.stderr.write(`tidemark: ${plain(errorLine(error))} [${error.code}]\n`);
  const otherRegion = error.params['otherRegion'];
  if (typeof otherRegion === 'string') io.stderr.write(`  the other region:  tidemark sign-in --server ${plain(otherRegion)} …\n`);
}
