import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { projectRoot } from '../lib/paths.ts';
import { must, run } from '../lib/run.ts';

/**
 * `nobody`: an unprivileged uid that every Debian has an account for. A uid without an account would do for the tests,
 * but the session bus refuses to start for one, and without it there is no key ring.
 */
const nobody = { uid: 65534, gid: 65534 } as const;

/** Who runs the tests, and where. */
export interface Tester {
  /** The checkout as the tester sees it: the real one, or a copy where that one cannot be read by it. */
  readonly checkout: string;
  /** Empty folder for reports, caches and screenshots. */
  readonly output: string;
  /** The whole environment of a test process. */
  readonly env: NodeJS.ProcessEnv;
  /** A path inside the real checkout as the tester sees it; any other word as it is. */
  seen(word: string): string;
  /** The command that runs `command` as the tester, within a session bus that has an unlocked key ring. */
  wrap(command: readonly string[]): readonly string[];
  remove(): Promise<void>;
}

/** Makes a home of its own for this run; as root, one that belongs to an unprivileged uid. */
export async function createTester(): Promise<Tester> {
  const root = process.getuid?.() === 0;
  const base = await makeBase(root);
  const folder = async (name: string, mode: number): Promise<string> => {
    const path = join(base, name);
    await mkdir(path);
    await chmod(path, mode);
    if (root) await chown(path, nobody.uid, nobody.gid);
    return path;
  };
  const home = await folder('home', 0o700);
  const runtime = await folder('run', 0o700);
  const temporary = await folder('tmp', 0o700);
  const output = await folder('output', 0o755);
  const checkout = root && !(await readableByTester()) ? await copyCheckout(base) : projectRoot;
  const seen = (word: string): string => (isInside(projectRoot, word) ? join(checkout, word.slice(projectRoot.length)) : word);

  return {
    checkout,
    output,
    env: environment({ home, runtime, temporary, output }, seen),
    seen,
    wrap: (command) => [...(root ? asNobody : []), ...withKeyRing, ...command],
    remove: () => rm(base, { recursive: true, force: true }),
  };
}

const asNobody = ['setpriv', `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, '--clear-groups'];

const withKeyRing = [
  'dbus-run-session',
  '--',
  'bash',
  '-c',
  'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"',
  'tester',
];

/** A fresh folder that the tester can reach: the system's temporary folder may lie below one that is closed to it. */
async function makeBase(root: boolean): Promise<string> {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    const base = await mkdtemp(join(parent, 'tidemark-test-'));
    await chmod(base, 0o755);
    if (!root || (await asTester(['test', '-x', base])).code === 0) return base;
    await rm(base, { recursive: true });
  }
  throw new Error('no temporary folder can be reached by an unprivileged user');
}

function asTester(command: readonly string[]): ReturnType<typeof run> {
  const [program = '', ...args] = [...asNobody, ...command];
  return run(program, args, { cwd: '/' });
}

/** True when the tester can read all of the checkout: not so in a clone under a closed home, or made with umask 077. */
async function readableByTester(): Promise<boolean> {
  const unreadable = ['(', '!', '-readable', '-o', '-type', 'd', '!', '-executable', ')', '-print', '-quit'];
  const found = await asTester(['find', projectRoot, '-path', join(projectRoot, '.git'), '-prune', '-o', '!', '-type', 'l', ...unreadable]);
  return found.code === 0 && found.stdout === '';
}

async function copyCheckout(base: string): Promise<string> {
  const copy = join(base, 'checkout');
  console.log('The unprivileged tester cannot read this checkout; it gets a copy.');
  await mkdir(copy);
  await must('bash', ['-c', 'tar -C "$1" --exclude=./.git -cf - . | tar -C "$2" -xf -', 'copy', projectRoot, copy]);
  await must('chown', ['-R', `${nobody.uid}:${nobody.gid}`, copy]);
  await must('chmod', ['-R', 'u+rwX', copy]);
  return copy;
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

interface Places {
  readonly home: string;
  readonly runtime: string;
  readonly temporary: string;
  readonly output: string;
}

/** Nothing of the caller's environment but where programs lie and what is said to the tests themselves. */
function environment(places: Places, seen: (word: string) => string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => /^(CI|TERM|TIDEMARK_(PLANNER|SIMULATION)_.*)$/.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: (process.env['PATH'] ?? '').split(delimiter).map(seen).join(delimiter),
    LANG: 'C.UTF-8',
    HOME: places.home,
    XDG_RUNTIME_DIR: places.runtime,
    TMPDIR: places.temporary,
    TIDEMARK_TEST_CACHE: join(places.output, 'cache'),
    TIDEMARK_TEST_OUTPUT: places.output,
    // Hundreds of tests start the command: what is compiled once serves all of them.
    NODE_COMPILE_CACHE: join(places.output, 'compile-cache'),
  };
}
