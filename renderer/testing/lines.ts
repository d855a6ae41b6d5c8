import type { EngineApi } from '../../src/contract/index.ts';
import { type Session, openSession } from '../api/session.ts';
import type { LinkState, Transport } from '../api/transport.ts';

/** A line that a test connects and breaks. */
export class TestLine implements Transport {
  retries = 0;
  #tell: (state: LinkState) => void = () => undefined;

  start(listener: (state: LinkState) => void): () => void {
    this.#tell = listener;
    listener({ kind: 'connecting' });
    return () => {
      this.#tell = () => undefined;
    };
  }

  retry(): void {
    this.retries += 1;
  }

  connect(api: EngineApi): void {
    this.#tell({ kind: 'connected', api });
  }

  put(state: LinkState): void {
    this.#tell(state);
  }
}

/** A session that is connected already. */
export function connected(api: EngineApi): { readonly session: Session; readonly line: TestLine } {
  const line = new TestLine();
  const session = openSession(line);
  line.connect(api);
  return { session, line };
}
