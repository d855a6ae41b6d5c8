import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EngineApi, type EngineProcessState, TidemarkError } from '../contract/index.ts';
import { type Port, memoryPorts, serveEngine } from '../rpc/index.ts';
import { EngineSupervisor, type EngineProcess, STOP_MS } from './engine-supervisor.ts';

/** A process in memory, with a real engine port in it. */
class TestProcess implements EngineProcess {
  readonly port: Port;
  readonly gone: Promise<void>;
  killed = false;
  readonly #far: Port;
  readonly #ended = Promise.withResolvers<void>();

  constructor(answer: 'serve' | 'refuse' | 'deaf', onStop: (self: TestProcess) => void) {
    const [near, far] = memoryPorts();
    this.port = near;
    this.#far = far;
    this.gone = this.#ended.promise;
    const engine: EngineApi = {
      call: (method) => {
        if (method !== 'engine.stop') return Promise.reject(new TidemarkError('not_available_yet'));
        onStop(this);
        return Promise.resolve({} as never);
      },
      on: () => () => undefined,
    };
    if (answer === 'serve') serveEngine(engine, far);
    if (answer === 'refuse') far.send({ t: 'refused', error: { code: 'database_newer', params: { path: '/p' } } });
  }

  end(): void {
    this.#far.close();
    this.#ended.resolve();
  }

  kill(): void {
    this.killed = true;
    this.end();
  }
}

interface World {
  readonly supervisor: EngineSupervisor;
  readonly processes: TestProcess[];
  readonly states: EngineProcessState['kind'][];
  readonly waits: number[];
  passMs(ms: number): void;
}

let open: World | undefined;
afterEach(async () => {
  for (const process of open?.processes ?? []) process.end();
  await open?.supervisor.stop();
});

function world(
  answer: 'serve' | 'refuse' | 'deaf' = 'serve',
  options: { onStop?: (self: TestProcess) => void; wait?: (ms: number) => Promise<void> } = {},
): World {
  let now = 0;
  const processes: TestProcess[] = [];
  const states: EngineProcessState['kind'][] = [];
  const waits: number[] = [];
  const supervisor = new EngineSupervisor({
    start: () => {
      const process = new TestProcess(answer, options.onStop ?? ((self) => self.end()));
      processes.push(process);
      return process;
    },
    onState: ({ kind }) => states.push(kind),
    onEngine: () => undefined,
    now: () => now,
    random: () => 0.5,
    wait: (ms) => {
      waits.push(ms);
      return options.wait?.(ms) ?? Promise.resolve();
    },
  });
  open = { supervisor, processes, states, waits, passMs: (ms) => (now += ms) };
  return open;
}

const last = (processes: readonly TestProcess[]): TestProcess => processes.at(-1) as TestProcess;
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 1 });

describe('an engine that ends', () => {
  it('is started again, later each time, and given up after three strikes', async () => {
    const { supervisor, processes, states, waits } = world();
    supervisor.start();
    for (let strike = 1; strike <= 3; strike++) {
      await until(() => expect([processes.length, supervisor.state.kind]).toEqual([strike, 'running']));
      expect(supervisor.engine).toBeDefined();
      last(processes).end();
    }
    await until(() => expect(supervisor.state.kind).toBe('failed'));
    expect(states).toEqual(['starting', 'running', 'restarting', 'running', 'restarting', 'running', 'failed']);
    expect(waits).toEqual([500, 1000]);
    expect(supervisor.engine).toBeUndefined();
    expect(processes).toHaveLength(3);
  });

  it('has a clean slate after a minute of running', async () => {
    const { supervisor, processes, passMs } = world();
    supervisor.start();
    for (let life = 1; life <= 6; life++) {
      await until(() => expect([processes.length, supervisor.state.kind]).toEqual([life, 'running']));
      passMs(60_000);
      last(processes).end();
    }
    await until(() => expect([processes.length, supervisor.state.kind]).toEqual([7, 'running']));
  });

  it('is started anew by a person after it was given up', async () => {
    const { supervisor, processes } = world('deaf');
    supervisor.start();
    for (let strike = 1; strike <= 3; strike++) {
      await until(() => expect(processes).toHaveLength(strike));
      last(processes).end();
    }
    await until(() => expect(supervisor.state.kind).toBe('failed'));
    supervisor.start();
    expect(supervisor.state.kind).toBe('starting');
    expect(processes).toHaveLength(4);
  });

  it('is not tried again when it says why it cannot go on', async () => {
    const { supervisor, processes } = world('refuse');
    supervisor.start();
    await new Promise((resolve) => setTimeout(resolve, 0));
    last(processes).end();
    await until(() => expect(supervisor.state).toEqual({ kind: 'failed', error: { code: 'database_newer', params: { path: '/p' } } }));
    expect(processes).toHaveLength(1);
  });
});

describe('the end of the app', () => {
  it('asks the engine to stop and does not start it again', async () => {
    const { supervisor, processes, states } = world('serve', { wait: () => new Promise(() => undefined) });
    supervisor.start();
    await until(() => expect(supervisor.state.kind).toBe('running'));
    await supervisor.stop();
    expect(last(processes).killed).toBe(false);
    expect(processes).toHaveLength(1);
    expect(states).not.toContain('restarting');
  });

  it('kills an engine that does not end within five seconds', async () => {
    const { supervisor, processes, waits } = world('serve', { onStop: () => undefined });
    supervisor.start();
    await until(() => expect(supervisor.state.kind).toBe('running'));
    await supervisor.stop();
    expect(waits).toEqual([STOP_MS]);
    expect(last(processes).killed).toBe(true);
  });
});
