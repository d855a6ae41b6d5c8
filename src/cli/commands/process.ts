import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type EngineApi, TidemarkError } from '../../contract/index.ts';
import { connectRunning, openAddress, runEngine } from '../../host/index.ts';
import { addCommand, type Shell } from '../command.ts';
import type { Context } from '../context.ts';
import { portNumber } from '../durations.ts';
import { plain } from '../text.ts';

interface StartOptions {
  readonly folder?: string;
  readonly merge?: boolean;
  readonly ui?: true | string;
}

/** start, stop, ui. */
export function addProcessCommands(program: Command, shell: Shell): void {
  addCommand<StartOptions>(program, shell, {
    usage: 'start',
    about: 'Run the engine in the foreground until it is interrupted',
    options: (command) =>
      command
        .option('--folder <dir>', 'keep this folder in sync')
        .option('--merge', 'with --folder: merge with what the cloud has, without asking first')
        .option('--ui [port]', 'also serve the window for a browser on this machine'),
    async run(context, _, options) {
      const port = options.ui === undefined ? undefined : options.ui === true ? 0 : portNumber(options.ui);
      const folder = options.folder === undefined ? undefined : { path: options.folder, merge: options.merge === true };
      await start(context, folder, port, false);
    },
  });

  addCommand(program, shell, {
    usage: 'stop',
    about: 'Stop the running engine',
    async run(context) {
      const profile = await context.openProfile();
      const engine = await connectRunning(profile);
      if (engine === undefined) throw new TidemarkError('engine_not_running');
      const closed = new Promise<void>((done) => engine.onClose(() => done()));
      await engine.call('engine.stop', {});
      await context.untilAborted(closed);
      context.answer({ stopped: true }, 'Stopped.');
    },
  });

  addCommand<{ port: number; open: boolean }>(program, shell, {
    usage: 'ui',
    about: 'Open the window in a browser on this machine',
    options: (command) =>
      command
        .option('--port <port>', 'port to serve it on when it is not open yet', portNumber, 0)
        .option('--no-open', 'only print the address'),
    help: 'The address works once and for a minute. Without a running engine, this one runs until it is interrupted.',
    async run(context, _, { port, open }) {
      const running = await connectRunning(await context.openProfile());
      running?.close();
      if (running === undefined) return start(context, undefined, port, open);
      const url = await context.withEngine((engine) => engine.uiAddress(port));
      context.answer({ url }, url);
      if (open && !context.json) await openAddress(await context.openProfile(), url);
    },
  });
}

interface FolderToAdd {
  readonly path: string;
  readonly merge: boolean;
}

/** Runs until SIGINT, SIGTERM, or `tidemark stop`. */
async function start(context: Context, folder: FolderToAdd | undefined, uiPort: number | undefined, open: boolean): Promise<void> {
  const profile = await context.openProfile();
  const host = await runEngine({ profile, secretStore: context.secretStore, note: (text) => context.note(text) });
  try {
    if (folder !== undefined) await addFolder(host.api, { ...folder, path: await realFolder(folder.path) });
    await host.begin();
    const url = uiPort === undefined ? undefined : await host.uiAddress(uiPort);
    const ready = { event: 'ready', pid: process.pid, profile: profile.dir, ...(url === undefined ? {} : { url }) };
    context.line(ready, [`Tidemark runs; Ctrl-C stops it. Profile ${plain(profile.dir)}`, ...(url === undefined ? [] : [url])].join('\n'));
    if (url !== undefined && open && !context.json) await openAddress(profile, url);
    await Promise.race([host.stopped, interrupted(context)]);
  } finally {
    await host.stop();
  }
  context.line({ event: 'stopped' }, 'Stopped.');
}

function interrupted(context: Context): Promise<void> {
  const { signal } = context.io;
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** As the engine will know it; one that is not there is left for the engine to say so. */
async function realFolder(given: string): Promise<string> {
  const path = resolve(given);
  return realpath(path).catch(() => path);
}

/** Adds the folder unless it is the one already. */
async function addFolder(api: EngineApi, { path, merge }: FolderToAdd): Promise<void> {
  const { folders } = await api.call('folder.list', {});
  if (folders.some((folder) => folder.path === path)) return;
  await api.call('folder.add', { path, merge });
}
