import type { ErrorData, MethodName } from '../../../contract/index.ts';

/** What the test and an engine in another process say to each other, over the channel of `child_process`. */
export interface Ask {
  readonly id: number;
  readonly method: MethodName | 'start';
  readonly params: object;
}

export interface Told {
  /** 0: the engine is there. */
  readonly id: number;
  readonly result?: unknown;
  readonly error?: ErrorData;
}
