import { type Command, Option } from 'commander';
import { Context, type Exit } from './context.ts';
import type { Io } from './io.ts';

/** Adds commands to a program; `done` receives how one ended. */
export interface Shell {
  readonly io: Io;
  readonly done: (exit: Exit) => void;
}

export interface CommandSpec<O> {
  /** Name and arguments, e.g. `rename <id> <name>`. */
  readonly usage: string;
  readonly about: string;
  /** Adds the options of this command. */
  readonly options?: (command: Command) => Command;
  /** Further lines of the help. */
  readonly help?: string;
  readonly run: (context: Context, args: readonly string[], options: O) => Promise<Exit | void>;
}

/** The options that every command takes, so that they may stand before or after its name. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--profile <dir>', 'folder of this device: settings, state, logs (TIDEMARK_PROFILE)')
    .option('--json', 'answer with one JSON document')
    .addOption(new Option('--secret-store <kind>', 'where secrets go (TIDEMARK_SECRET_STORE)').choices(['auto', 'keyring', 'file']));
}

/** Adds one command that does something. */
export function addCommand<O extends object = Record<string, never>>(parent: Command, shell: Shell, spec: CommandSpec<O>): Command {
  const command = withCommonOptions(parent.command(spec.usage).description(spec.about));
  spec.options?.(command);
  if (spec.help !== undefined) command.addHelpText('after', `\n${spec.help}`);
  return command.action(async () => {
    const context = new Context(shell.io, command);
    shell.done((await spec.run(context, command.args, command.opts<O>())) ?? 0);
  });
}

/** A command that only holds others. */
export const addGroup = (parent: Command, name: string, about: string): Command => parent.command(name).description(about);
