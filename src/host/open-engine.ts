import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineApi, type MethodName, TidemarkError } from '../contract/index.ts';
import type { Disposer } from '../base/index.ts';
import { type EngineConnection, connectEngine } from '../rpc/index.ts';
import { EngineHost, type HostOptions } from './engine-host.ts';
import { hostMethods } from './host-methods.ts';
import { connectLocal } from './local-socket.ts';
import type { Profile } from './profile.ts';

/** How long to wait for an engine that is just starting or ending, in ms. */
const HANDOVER_MS = 15_000;

/** The profile's engine for one command: the running one, or one that lives as long as the command. */
export interface OpenedEngine extends EngineApi {
  /** True when this process runs it. */
  readonly own: boolean;
  /** See `hostMethods`. */
  uiAddress(port?: number): Promise<string>;
  /** Makes sure that it watches and syncs. */
  begin(): Promise<void>;
  /** Called once when the engine of another process is gone, with why. */
  onClose(listener: (error: TidemarkError) => void): Disposer;
  /** Calls of others under way are finished first, unless it has to be now. */
  close(now?: boolean): Promise<void>;
}

/** A connection to the engine that runs on the profile, or undefined. Throws engine_other_version. */
export async function connectRunning(profile: Profile): Promise<EngineConnection | undefined> {
  const port = await connectLocal(profile);
  if (port === undefined) return undefined;
  const connection = connectEngine(port);
  try {
    await connection.ready;
    return connection;
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'engine_stopped') return undefined;
    throw error;
  }
}

/** Opens the profile's engine. Throws profile_in_use when another process has the profile and does not answer. */
export async function openEngine(options: HostOptions): Promise<OpenedEngine> {
  const deadline = performance.now() + HANDOVER_MS;
  for (;;) {
    const running = await connectRunning(options.profile);
    if (running !== undefined) return remote(running, options);
    try {
      return own(await EngineHost.open({ ...options, waitMs: 0 }));
    } catch (error) {
      const busy = error instanceof TidemarkError && error.code === 'profile_in_use';
      if (!busy || performance.now() >= deadline) throw error;
      await sleep(100);
    }
  }
}

function own(host: EngineHost): OpenedEngine {
  return {
    own: true,
    call: (method, params) => host.api.call(method, params),
    on: (event, listener) => host.api.on(event, listener),
    uiAddress: (port) => host.uiAddress(port),
    begin: () => host.begin(),
    onClose: () => () => undefined,
    close: (now = false) => (now ? host.stop() : host.release()),
  };
}

/** A listener that moves on with the calls. */
interface Follower {
  attach(engine: OpenedEngine): void;
}

/** An engine of another process. When that one was ending and did not begin a call, the call moves on to the next engine. */
function remote(connection: EngineConnection, options: HostOptions): OpenedEngine {
  let next: Promise<OpenedEngine> | undefined;
  let begun = false;
  const followers = new Set<Follower>();
  const moveOn = async (): Promise<OpenedEngine> => {
    next ??= openEngine(options);
    const engine = await next;
    for (const follower of followers) follower.attach(engine);
    if (begun) await engine.begin();
    return engine;
  };
  const notStarted = (error: unknown): boolean =>
    error instanceof TidemarkError && error.code === 'engine_stopped' && error.params['notStarted'] === true;
  const attempt = async <T>(here: () => Promise<T>, there: (engine: OpenedEngine) => Promise<T>): Promise<T> => {
    if (next !== undefined) return there(await moveOn());
    try {
      return await here();
    } catch (error) {
      if (!notStarted(error)) throw error;
      return there(await moveOn());
    }
  };
  return {
    get own() {
      return next !== undefined;
    },
    call: <M extends MethodName>(method: M, params: Parameters<EngineApi['call']>[1]) =>
      attempt(
        () => connection.call(method, params as never),
        (engine) => engine.call(method, params as never),
      ),
    on(event, listener) {
      const here = connection.on(event, listener);
      let there: Disposer | undefined;
      const follower: Follower = {
        attach(engine) {
          there ??= engine.on(event, listener);
        },
      };
      followers.add(follower);
      return () => {
        followers.delete(follower);
        here();
        there?.();
      };
    },
    uiAddress: (port = 0) =>
      attempt(
        async () => (await connection.callExtra('host.uiAddress', hostMethods['host.uiAddress'], { port })).url,
        (engine) => engine.uiAddress(port),
      ),
    async begin() {
      begun = true;
      await attempt(
        () => connection.callExtra('host.begin', hostMethods['host.begin'], {}).then(() => undefined),
        (engine) => engine.begin(),
      );
    },
    onClose: (listener) => connection.onClose((error) => listener(new TidemarkError(error.code, error.params))),
    async close(now = false) {
      connection.close();
      await (await next?.catch(() => undefined))?.close(now);
    },
  };
}
