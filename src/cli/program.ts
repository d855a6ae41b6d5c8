import { Command } from 'commander';
import { appVersion } from '../host/index.ts';
import { type Shell, withCommonOptions } from './command.ts';
import { addCommands } from './commands/index.ts';

const exitCodes = `
Exit codes:
  0 done                              4 not signed in, or signed out from afar
  1 unexpected failure                5 the cloud cannot be reached
  2 usage                             6 timed out
  3 done, but some items could        7 a question waits (mass deletion,
    not sync (listed)                   first merge)`;

/** The whole command line, also for the help and the documents made from it. */
export function buildProgram(shell: Shell): Command {
  const program = new Command('tidemark')
    .description('Keeps a folder the same on every device of one account')
    .version(appVersion(), '-V, --version')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', exitCodes);
  withCommonOptions(program);
  addCommands(program, shell);
  const { stdout, stderr } = shell.io;
  everyCommand(program, (command) => {
    command.exitOverride();
    command.showSuggestionAfterError(true);
    command.allowExcessArguments(false);
    // Errors are printed by whoever catches them, once, in one form.
    command.configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => undefined,
    });
  });
  return program;
}

function everyCommand(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) everyCommand(child, act);
}
