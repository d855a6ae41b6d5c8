import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Shape } from './shape.ts';

export interface Task extends Shape {
  readonly seed: number;
  readonly watch: boolean;
  readonly untilWrong: boolean;
  /** Of the trace of a failure, this many from its end. */
  readonly lines: number;
}

export interface TaskResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly digest: string;
  readonly turns: number;
  readonly trace: readonly string[];
}

/** A history takes a second or two; one that takes this long does not end. */
const LONGEST_MS = 180_000;
/** In MiB. A history makes much that is soon dead, and collecting that in small steps was a seventh of its time. */
const ROOMY = '--max-semi-space-size=64';
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export interface TaskRun {
  readonly jobs: number;
  /** What to do next; undefined when there is nothing more. */
  readonly next: () => Task | undefined;
  readonly onResult: (result: TaskResult) => void;
  readonly mutant?: string | undefined;
}

/** Lives through histories in processes of their own, `jobs` at a time. */
export async function runTasks(run: TaskRun): Promise<void> {
  await Promise.all(Array.from({ length: run.jobs }, () => runInTurn(run)));
}

async function runInTurn({ next, onResult, mutant }: TaskRun): Promise<void> {
  let worker: ChildProcess | undefined;
  for (let task = next(); task !== undefined; task = next()) {
    worker ??= fork(WORKER, mutant === undefined ? [] : [mutant], { execArgv: [...process.execArgv, ROOMY] });
    const result = await ask(worker, task);
    if ('ended' in result) {
      worker.kill('SIGKILL');
      worker = undefined;
      onResult({ seed: task.seed, violations: [result.ended], digest: '', turns: 0, trace: [] });
    } else onResult(result);
  }
  worker?.kill();
}

function ask(worker: ChildProcess, task: Task): Promise<TaskResult | { readonly ended: string }> {
  return new Promise((resolve) => {
    const done = (result: TaskResult | { readonly ended: string }): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      resolve(result);
    };
    const timer = setTimeout(() => {
      done({ ended: `the history does not end within ${LONGEST_MS / 1000} s` });
    }, LONGEST_MS);
    worker.once('message', (result: TaskResult) => {
      done(result);
    });
    worker.once('exit', (code, signal) => {
      done({ ended: `the process ended: ${String(code ?? signal)}` });
    });
    worker.send(task);
  });
}
