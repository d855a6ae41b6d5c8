import { fork } from 'node:child_process';
import { utilityProcess } from 'electron';
import type { Port } from '../rpc/index.ts';
import type { EngineRuntime } from './engine-runtime.ts';
import type { EngineProcess } from './engine-supervisor.ts';

export interface EngineCommand {
  readonly runtime: EngineRuntime;
  /** Absolute path of the engine's entry. */
  readonly entry: string;
  readonly args: readonly string[];
}

/** Starts the engine in a process of its own, so that it can end alone. */
export function startEngineProcess({ runtime, entry, args }: EngineCommand): EngineProcess {
  return runtime.kind === 'electron' ? inElectron(entry, args) : inNode(runtime.executable, entry, args);
}

// What is meant for Electron or for a debugger is not meant for the engine.
function engineEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && name !== 'NODE_OPTIONS' && !name.startsWith('ELECTRON_')) env[name] = value;
  }
  return env;
}

function inElectron(entry: string, args: readonly string[]): EngineProcess {
  const child = utilityProcess.fork(entry, [...args], { serviceName: 'Tidemark engine', env: engineEnv(), stdio: 'inherit' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    gone,
    kill: () => void child.kill(),
    port: portOver(
      gone,
      (message) => child.postMessage(message),
      (deliver) => child.on('message', deliver),
    ),
  };
}

function inNode(executable: string, entry: string, args: readonly string[]): EngineProcess {
  const child = fork(entry, [...args], {
    execPath: executable,
    execArgv: [],
    env: engineEnv(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // Emitted instead of `exit` when the process could not be started.
    child.once('error', () => resolve());
  });
  return {
    gone,
    kill: () => void child.kill('SIGKILL'),
    port: portOver(
      gone,
      // The channel may close at any time; then the process ends, which is heard.
      (message) => {
        if (child.connected) child.send(message, () => undefined);
      },
      (deliver) => child.on('message', deliver),
    ),
  };
}

function portOver(gone: Promise<void>, post: (message: object) => void, receive: (deliver: (message: unknown) => void) => void): Port {
  const messages = new Set<(message: unknown) => void>();
  const closes = new Set<() => void>();
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const listener of [...closes]) listener();
  };
  receive((message) => {
    for (const listener of [...messages]) listener(message);
  });
  void gone.then(close);
  return {
    send(message) {
      if (!closed) post(message);
    },
    onMessage(listener) {
      messages.add(listener);
      return () => messages.delete(listener);
    },
    onClose(listener) {
      if (closed) queueMicrotask(listener);
      closes.add(listener);
      return () => closes.delete(listener);
    },
    close,
  };
}
