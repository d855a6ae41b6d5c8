import type { Disposer } from '../base/index.ts';
import { type EngineApi, type MethodName, type ParamsIn, TidemarkError } from '../contract/index.ts';
import { type Port, type Served, serveEngine } from '../rpc/index.ts';
import type { Engine } from '../engine/index.ts';
import { type BrowserUi, openBrowserUi } from './browser-ui/index.ts';
import { giveMemoryBackWhenCalm } from './give-memory-back.ts';
import { hostMethods } from './host-methods.ts';
import { type LocalListener, listenLocal } from './local-socket.ts';
import type { HostLog } from './log.ts';
import { rendererFolder } from './package-root.ts';
import type { Profile } from './profile.ts';
import { type ProfileLock, lockProfile } from './profile-lock.ts';

/** How long those who are connected may take to get their last answers when the engine stops, in ms. */
const DRAIN_MS = 5000;

/** The cloud that runs on this computer. */
export interface EmbeddedCloudInfo {
  readonly server: string;
  readonly bootstrapSecret: string;
}

/** An engine and what it was built on. */
export interface BuiltEngine {
  readonly engine: Engine;
  readonly log: HostLog;
  /** The cloud beside it, if any. */
  readonly embeddedCloud: EmbeddedCloudInfo | null;
  /** After the engine has stopped. */
  close(): Promise<void>;
}

export interface HostOptions {
  readonly profile: Profile;
  readonly build: () => Promise<BuiltEngine>;
  /** How long to wait for another process to give the profile up, in ms. */
  readonly waitMs?: number;
}

/**
 * The process around an engine: it has the profile's lock and lets in the `tidemark` command (local socket), the app
 * (its port) and browsers (loopback), each served the same api.
 */
export class EngineHost {
  readonly stopped: Promise<void>;
  readonly #built: BuiltEngine;
  readonly #lock: ProfileLock;
  readonly #served = new Set<Served>();
  readonly #ended = Promise.withResolvers<void>();
  #listener: LocalListener | undefined;
  #browserUi: Promise<BrowserUi> | undefined;
  #begun: Promise<void> | undefined;
  #forgetCalm: Disposer | undefined;
  #stopping: Promise<void> | undefined;

  /** Address of the cloud on this computer; null where there is none. */
  get cloudAddress(): string | null {
    return this.#built.embeddedCloud?.server ?? null;
  }

  private constructor(built: BuiltEngine, lock: ProfileLock) {
    this.#built = built;
    this.#lock = lock;
    this.stopped = this.#ended.promise;
  }

  /** Opens the engine without letting it sync yet. Throws profile_in_use, profile_not_writable and what the engine throws. */
  static async open(options: HostOptions): Promise<EngineHost> {
    const lock = await lockProfile(options.profile, options.waitMs ?? 0);
    let built: BuiltEngine | undefined;
    try {
      built = await options.build();
      const host = new EngineHost(built, lock);
      host.#listener = await listenLocal(options.profile, (port) => host.serve(port, 'own'));
      return host;
    } catch (error) {
      await built?.engine.stop().catch(() => undefined);
      await built?.close().catch(() => undefined);
      lock.release();
      throw error;
    }
  }

  /** The engine with what the host answers itself. */
  readonly api: EngineApi = {
    call: (method, params) => this.#call(method, params) as never,
    on: (event, listener) => this.#built.engine.on(event, listener),
  };

  /** Watches and syncs from now on. Safe to call twice. */
  begin(): Promise<void> {
    this.#begun ??= this.#built.engine.start();
    this.#forgetCalm ??= giveMemoryBackWhenCalm(this.#built.engine);
    return this.#begun;
  }

  /** Serves one client. `own` is the person's own command, which may do more than a page in a browser. */
  serve(port: Port, who: 'own' | 'page'): void {
    if (this.#stopping !== undefined) return port.close();
    const onFailure = (method: string, error: unknown): void => this.#built.log.error('a call failed', { method, error });
    const extra = {
      table: hostMethods,
      handlers: {
        'host.begin': async () => {
          await this.begin();
          return {};
        },
        'host.uiAddress': async (params: { port: number }) => ({ url: await this.uiAddress(params.port) }),
      },
    };
    const served = serveEngine(this.api, port, who === 'own' ? { onFailure, extra } : { onFailure });
    this.#served.add(served);
    port.onClose(() => this.#served.delete(served));
  }

  /** An address that opens the browser UI once, within a minute. Throws port_in_use, not_available_yet. */
  async uiAddress(port = 0): Promise<string> {
    this.#browserUi ??= openBrowserUi({ pages: rendererFolder(), port, onPort: (page) => this.serve(page, 'page') });
    try {
      return (await this.#browserUi).address();
    } catch (error) {
      this.#browserUi = undefined;
      throw error;
    }
  }

  /** Ends as a command ends: calls of others that are under way are finished first, new ones go elsewhere. */
  async release(): Promise<void> {
    await this.#stop(Number.POSITIVE_INFINITY);
  }

  /** Ends now, cleanly. Safe to call twice. */
  stop(): Promise<void> {
    return this.#stop(0);
  }

  #stop(patienceMs: number): Promise<void> {
    this.#stopping ??= this.#end(patienceMs);
    return this.#stopping;
  }

  async #end(patienceMs: number): Promise<void> {
    const { engine, log } = this.#built;
    this.#forgetCalm?.();
    try {
      await this.#listener?.close();
      const drained = (): Promise<unknown> => Promise.all([...this.#served].map((served) => served.drain()));
      if (patienceMs > 0) await drained();
      await engine.stop();
      await withLimit(drained(), DRAIN_MS);
      for (const served of this.#served) served.close();
      await (await this.#browserUi?.catch(() => undefined))?.close();
    } catch (error) {
      log.error('the engine did not stop cleanly', { error });
    } finally {
      await this.#built.close().catch(() => undefined);
      this.#lock.release();
      this.#ended.resolve();
    }
  }

  async #call(method: MethodName, params: object): Promise<unknown> {
    // Whoever gets here may sign up there; the secret is for other programs of this machine, and no window has to know it.
    const cloud = this.#built.embeddedCloud;
    switch (method) {
      case 'host.info':
        return { embeddedCloud: cloud === null ? null : { server: cloud.server } };
      case 'account.signUp': {
        const request = params as ParamsIn<'account.signUp'>;
        const secret = cloud !== null && isSameServer(request.server, cloud.server) ? { bootstrapSecret: cloud.bootstrapSecret } : {};
        return this.#callEngine(method, { ...secret, ...request });
      }
      case 'engine.stop':
        // The answer goes out before the door closes.
        setImmediate(() => void this.stop());
        return {};
      default:
        return this.#callEngine(method, params);
    }
  }

  #callEngine(method: MethodName, params: object): Promise<unknown> {
    if (this.#stopping !== undefined) throw new TidemarkError('engine_stopped', { notStarted: true });
    return this.#built.engine.call(method, params);
  }
}

const isSameServer = (one: string, other: string): boolean =>
  URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;

function withLimit(work: Promise<unknown>, limitMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    void work.finally(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
