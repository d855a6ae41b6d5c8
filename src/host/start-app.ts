/**
 * `npm start`: builds when needed, then opens the app. Runs from the source, before there is a build, so it imports
 * nothing but Node and the one file beside it.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { staleBuild } from './build-state.ts';

const usage = `npm start -- [--profile DIR] [--port PORT] [--no-open] [--browser]

Opens Tidemark with a cloud of its own on this computer: in Electron where it can run, else in the browser.
  --profile DIR   folder of this device (TIDEMARK_PROFILE)
  --port PORT     port of the browser window; a free one unless given
  --no-open       do not open a browser
  --browser       the browser even where Electron could run`;

interface App {
  runApp(options: { profile?: string; port: number; open: boolean; browser: boolean; root: string }): Promise<number>;
}

/** Answers the exit code, when the app has ended. */
export async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`tidemark: ${options} [usage]\n${usage}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  // Two above this file, both as source and as built.
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const stale = await staleBuild(root);
  if (stale !== undefined) {
    process.stderr.write(`Building Tidemark: ${stale}.\n`);
    const code = await build(root);
    if (code !== 0) {
      process.stderr.write('tidemark: The build failed, so there is nothing to start. The lines above say where. [internal]\n');
      return 1;
    }
  }
  const app = (await import(pathToFileURL(join(root, 'out', 'host', 'app.js')).href)) as App;
  return app.runApp({ ...options, root });
}

function readOptions(args: readonly string[]): string | { profile?: string; port: number; open: boolean; browser: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        profile: { type: 'string' },
        port: { type: 'string', default: '0' },
        'no-open': { type: 'boolean', default: false },
        browser: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return `--port is 0 to 65535, not ${values.port}.`;
    return {
      ...(values.profile === undefined ? {} : { profile: values.profile }),
      port,
      open: !values['no-open'],
      browser: values.browser,
      help: values.help,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function build(root: string): Promise<number> {
  const npm = process.env['npm_execpath'];
  const [command, args] = npm === undefined ? ['npm', ['run', 'build']] : [process.execPath, [npm, 'run', 'build']];
  return new Promise<number>((resolve) => {
    // Its output is about the build, not the answer of this command.
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', process.stderr, process.stderr],
      shell: npm === undefined && process.platform === 'win32',
    });
    child.on('error', () => resolve(1));
    child.on('exit', (exit) => resolve(exit ?? 1));
  });
}
