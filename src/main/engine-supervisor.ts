import { type ErrorData, type EngineProcessState, errorKind, toErrorData } from '../contract/index.ts';
import { backoffMs } from '../base/index.ts';
import { type EngineConnection, connectEngine, type Port } from '../rpc/index.ts';

/** A process with an engine in it. */
export interface EngineProcess {
  readonly port: Port;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  kill(): void;
}

export interface SupervisorOptions {
  readonly start: () => EngineProcess;
  readonly onState: (state: EngineProcessState) => void;
  /** Called with every engine that answers; what it subscribes to ends with the connection. */
  readonly onEngine: (engine: EngineConnection) => void;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<void>;
  readonly random?: () => number;
}

const STRIKES = 3;
/** An engine that ran this long was well; its end counts as the first. */
const WELL_MS = 60_000;
/** How long the engine may take to put everything down. */
export const STOP_MS = 5000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps an engine running: starts it again with backoff, gives up after three strikes, stops it politely. */
export class EngineSupervisor {
  readonly #options: SupervisorOptions;
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  #state: EngineProcessState = { kind: 'starting', error: null };
  #process: EngineProcess | undefined;
  #engine: EngineConnection | undefined;
  #strikes = 0;
  #ending = false;
  /** Grows with every start, so that the end of an older process changes nothing. */
  #turn = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#wait = options.wait ?? sleep;
  }

  get state(): EngineProcessState {
    return this.#state;
  }

  /** The engine, or undefined while there is none that answers. */
  get engine(): EngineConnection | undefined {
    return this.#state.kind === 'running' ? this.#engine : undefined;
  }

  /** Begins, or begins anew after it gave up. Does nothing while an engine runs. */
  start(): void {
    if (this.#process !== undefined || this.#ending) return;
    this.#strikes = 0;
    this.#put({ kind: 'starting', error: null });
    void this.#run(++this.#turn);
  }

  /** Asks the engine to stop, waits at most five seconds, then ends the process. */
  async stop(): Promise<void> {
    this.#ending = true;
    this.#turn += 1;
    const process = this.#process;
    if (process === undefined) return;
    this.#engine?.call('engine.stop', {}).catch(() => undefined);
    const late = Symbol();
    const first = await Promise.race([process.gone, this.#wait(STOP_MS).then(() => late)]);
    if (first !== late) return;
    process.kill();
    await process.gone;
  }

  async #run(turn: number): Promise<void> {
    while (turn === this.#turn) {
      const began = this.#now();
      const refusal = await this.#once();
      if (turn !== this.#turn) return;
      if (refusal !== null && ['stop', 'ask'].includes(errorKind(refusal.code).reaction))
        return this.#put({ kind: 'failed', error: refusal });
      this.#strikes = this.#now() - began >= WELL_MS ? 1 : this.#strikes + 1;
      if (this.#strikes >= STRIKES) return this.#put({ kind: 'failed', error: null });
      this.#put({ kind: 'restarting', error: null });
      await this.#wait(backoffMs(this.#strikes, (this.#options.random ?? Math.random)()));
    }
  }

  /** One life of a process. Answers why the engine could not be opened, when it said so. */
  async #once(): Promise<ErrorData | null> {
    let process: EngineProcess;
    try {
      process = this.#options.start();
    } catch {
      return null;
    }
    this.#process = process;
    const engine = connectEngine(process.port);
    this.#engine = engine;
    let refusal: ErrorData | null = null;
    engine.ready.then(
      () => {
        if (this.#process !== process || this.#ending) return;
        this.#put({ kind: 'running', error: null });
        this.#options.onEngine(engine);
      },
      (error: unknown) => {
        refusal = toErrorData(error);
      },
    );
    await process.gone;
    engine.close();
    if (this.#process === process) this.#process = undefined;
    this.#engine = undefined;
    return refusal;
  }

  #put(state: EngineProcessState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
