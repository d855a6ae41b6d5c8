import type { EngineApi } from '../contract/index.ts';
import type { Environment } from './environment.ts';

export interface EngineOptions {
  /** Absolute path of the profile folder; the engine keeps `state.db` there. */
  readonly profile: string;
}

export interface Engine extends EngineApi {
  /** Begins to watch and sync, when there is an account and a folder. */
  start(): Promise<void>;
  /** Finishes or aborts what is under way and closes everything; safe to call twice. */
  stop(): Promise<void>;
}

/** Opens the profile's state. Throws TidemarkError: database_broken, database_newer. */
export function createEngine(environment: Environment, options: EngineOptions): Promise<Engine> {
  void environment;
  void options;
  return Promise.reject(new Error('the engine is not assembled yet'));
}
