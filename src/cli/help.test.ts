import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram, run } from './index.ts';
import type { Io } from './io.ts';

/** The synopsis of the public interface: words of a command, then its flags. Scripts depend on each. */
const synopsis = [
  'start --folder --ui',
  'stop',
  'sign-up --server --email --password-stdin --device-name',
  'sign-in --server --email --password-stdin --code --device-name --phone --browser --device-flow --sign-out-device',
  'sign-out --wait --timeout --copy-to --with-local-only --yes',
  'folder add <dir> --local-only',
  'folder list',
  'folder remove <dir> --wait --copy-to --yes',
  'exclude list',
  'exclude add <path>',
  'exclude remove <path>',
  'status --watch',
  'sync --wait --timeout --dry-run',
  'pause --for',
  'resume',
  'activity --limit',
  'undo <activity-id> --yes',
  'questions list',
  'questions answer <id> <choice>',
  'issues',
  'explain <path>',
  'conflicts list',
  'conflicts show <id>',
  'conflicts resolve <id> --keep',
  'versions <path> --delete --version --yes',
  'restore <path> --version',
  'trash list --here --by-size',
  'trash empty --yes',
  'trash delete <id> --yes',
  'trash restore <id>',
  'account show',
  'account log --limit',
  'account unsent',
  'account link <method> <address>',
  'account unlink <method>',
  'account password',
  'account prove',
  'account recover',
  'devices list',
  'devices rename <id> <name>',
  'devices sign-out <id>',
  'quota',
  'quota largest --limit --cursor',
  'quota versions --limit --cursor',
  'quota duplicates --limit --cursor --delete --yes',
  'settings list',
  'settings get <key>',
  'settings set <key> <value>',
  'doctor',
  'ui',
  'report <file>',
  'cloud serve --data --host --port --region --mail-to --sign-up --key-file --plan --plans --geo-db',
  'cloud account <address> --data --plan',
];

function capture(): { io: Io; out: () => string; err: () => string } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return {
    io: { stdin: new PassThrough(), stdout, stderr, env: {}, signal: new AbortController().signal },
    out: () => read(stdout),
    err: () => read(stderr),
  };
}

function find(program: Command, words: readonly string[]): Command | undefined {
  return words.reduce<Command | undefined>((command, word) => command?.commands.find((child) => child.name() === word), program);
}

describe('the command line', () => {
  const program = buildProgram({ io: capture().io, done: () => undefined });

  it.each(synopsis)('has: %s', (line) => {
    const parts = line.split(' ');
    const command = find(
      program,
      parts.filter((part) => /^[a-z]/.test(part)),
    );
    expect(command).toBeDefined();
    expect(command?.registeredArguments.map((argument) => `<${argument.name()}>`)).toEqual(parts.filter((part) => part.startsWith('<')));
    const flags = command?.options.map((option) => option.long) ?? [];
    for (const flag of parts.filter((part) => part.startsWith('--'))) expect(flags).toContain(flag);
  });

  it('has nothing that the synopsis lacks', () => {
    // A command that holds others may do something by itself, and has options of its own then.
    const leaves = (command: Command, words: readonly string[]): string[] => [
      ...(command.commands.length === 0 || (words.length > 0 && command.options.length > 0) ? [words.join(' ')] : []),
      ...command.commands.flatMap((child) => leaves(child, [...words, child.name()])),
    ];
    const known = synopsis.map((line) =>
      line
        .split(' ')
        .filter((part) => /^[a-z]/.test(part))
        .join(' '),
    );
    expect(leaves(program, []).sort()).toEqual(known.sort());
  });

  it('says about every command what it does, and takes --json and --profile on each', () => {
    const visit = (command: Command): void => {
      expect(command.description(), command.name()).not.toBe('');
      if (command.commands.length === 0) {
        expect(command.options.map((option) => option.long)).toEqual(expect.arrayContaining(['--json', '--profile', '--secret-store']));
      }
      command.commands.forEach(visit);
    };
    program.commands.forEach(visit);
  });
});

describe('usage', () => {
  async function run_(args: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
    const { io, out, err } = capture();
    const exit = await run(args, io);
    return { exit, out: out(), err: err() };
  }

  it('help goes to standard output and is a success', async () => {
    const { exit, out, err } = await run_(['--help']);
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain('sign-up');
    expect(out).toContain('Exit codes');
    expect((await run_(['sync', '--help'])).out).toContain('--timeout');
    expect((await run_(['help', 'folder'])).out).toContain('remove');
  });

  it.each(['sign-up', 'sign-in'])('%s without a way to sign in names all of them', async (command) => {
    const { exit, err } = await run_([command, '--server', 'http://127.0.0.1:9', '--email', 'ann@example.com']);
    expect(exit).toBe(2);
    for (const way of ['--password-stdin', '--code', '--phone', '--browser', '--device-flow']) expect(err).toContain(way);
  });

  it('the version is that of the package, and --version of restore is its own', async () => {
    expect((await run_(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run_(['restore', 'a.txt'])).err).toContain('--version');
  });

  it('is exit code 2, one line, with a way out', async () => {
    for (const args of [
      ['snyc'],
      ['sync', '--nope'],
      ['folder', 'add'],
      ['folder', 'add', 'a', 'b'],
      ['restore', 'x'],
      ['sync', '--timeout', 'soon'],
    ]) {
      const { exit, out, err } = await run_(args);
      expect([exit, out, err.trimEnd().split('\n').length], args.join(' ')).toEqual([2, '', 1]);
      expect(err).toMatch(/^tidemark: .*\[usage\]\n$/);
    }
    expect((await run_(['snyc'])).err).toContain('sync');
  });

  it('without a command shows the help on standard error', async () => {
    const { exit, out, err } = await run_([]);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain('Usage: tidemark');
    expect((await run_(['folder'])).exit).toBe(2);
  });

  it('with --json is a document too', async () => {
    const { exit, out } = await run_(['sync', '--nope', '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toEqual({
      error: {
        code: 'usage',
        params: { detail: expect.stringContaining('--nope') },
        problem: expect.any(String),
        wayOut: expect.any(String),
      },
    });
  });

  it.each([['doctor'], ['report', 'x.zip']])('says of what is not there yet that it is not: %s %s', async (...args) => {
    const { exit, err } = await run_(args);
    expect(exit).toBe(2);
    expect(err).toContain('[not_available_yet]');
  });

  it('asks for the password on standard input, never as an argument', async () => {
    const { exit, err } = await run_(['sign-in', '--server', 'http://127.0.0.1:1', '--email', 'a@b.example']);
    expect(exit).toBe(2);
    expect(err).toContain('--password-stdin');
    expect((await run_(['sign-in', '--password', 'x'])).exit).toBe(2);
  });
});
