import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/index.ts';

/** The command line, from its own help. */
export function commandReference(): string {
  const io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
  };
  const program = buildProgram({ io, done: () => undefined });
  // Wide enough that nothing is wrapped by the width of somebody's terminal.
  const width = { helpWidth: 120 };
  const sections = commandsOf(program).map(({ name, command }) => {
    command.configureHelp(width);
    return `## ${name}\n\n\`\`\`text\n${command.helpInformation().trim()}\n\`\`\`\n`;
  });
  return `# The tidemark command\n\nMade from the command's own help by \`npm run docs\`.\n\n${sections.join('\n')}`;
}

function commandsOf(command: Command, prefix = ''): readonly { readonly name: string; readonly command: Command }[] {
  const name = `${prefix}${command.name()}`;
  const below = command.commands.filter((one) => one.name() !== 'help').flatMap((one) => commandsOf(one, `${name} `));
  return [{ name, command }, ...below];
}
