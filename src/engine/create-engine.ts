import type { EngineApi } from '../contract/index.ts';
import { TidemarkEngine } from './core/engine.ts';
import type { Environment } from './environment.ts';
import { openStore, type StoreOptions } from './store/index.ts';
import type { Disposer } from '../base/index.ts';

export interface EngineOptions {
  /** Absolute path of the profile folder; the engine keeps `state.db` there. */
  readonly profile: string;
  /** Where the state lies, when not in the profile; `:memory:` for simulations. */
  readonly database?: string;
  /** Keeps other engines off a synced folder; the system's file locks when not given. */
  readonly lockFolder?: (path: string) => Disposer;
  /** See StoreOptions. */
  readonly wrapDatabase?: StoreOptions['wrap'];
}

export interface Engine extends EngineApi {
  /** Begins to watch and sync, when there is an account and a folder. */
  start(): Promise<void>;
  /** Finishes or aborts what is under way and closes everything; safe to call twice. */
  stop(): Promise<void>;
}

/** Opens the profile's state. Throws TidemarkError: profile_in_use, database_broken (put aside), database_newer. */
export function createEngine(environment: Environment, options: EngineOptions): Promise<Engine> {
  const { profile, database = `${profile}/state.db`, lockFolder, wrapDatabase: wrap } = options;
  const store = openStore(database, { now: () => environment.clock.now(), ...(wrap === undefined ? {} : { wrap }) });
  return Promise.resolve(new TidemarkEngine({ environment, store, profile, ...(lockFolder === undefined ? {} : { lockFolder }) }));
}
