import { z } from 'zod';
import { backoffMs, dayMs, type Disposer, hourMs, secondMs } from '../../base/index.ts';
import { TidemarkError, toErrorData } from '../../contract/index.ts';
import type { Environment } from '../environment.ts';
import type { CloudApi } from '../remote/index.ts';

/** Name of the secret that holds what the cloud is still to be told. */
export const REVOCATIONS_SECRET = 'pending-revocations';

/** After this an account without sign-in or sync is purged, and its tokens with it. */
const EXPIRY_MS = 180 * dayMs;
const FIRST_PAUSE_MS = 30 * secondMs;
const LONGEST_PAUSE_MS = hourMs;

const owed = z.array(z.object({ server: z.string(), token: z.string(), since: z.number() }));
type Owed = z.infer<typeof owed>[number];

type Parts = Pick<Environment, 'secrets' | 'clock' | 'log' | 'random' | 'connect'>;

/** The cloud has said what it had to say; asking again would change nothing. */
const PASSING: ReadonlySet<string> = new Set([
  'cloud_unreachable',
  'cloud_timeout',
  'cloud_unavailable',
  'cloud_failed',
  'cloud_certificate',
  'cloud_answer_invalid',
  'not_tidemark',
  'rate_limited',
]);

/**
 * Sign-outs that the cloud has not heard of. Their tokens lie in the secret store and nowhere else until it has, however
 * often this device starts meanwhile.
 */
export class Revocations {
  readonly #parts: Parts;
  #telling: Promise<void> | undefined;
  /** Changes of the list follow each other. */
  #turn: Promise<unknown> = Promise.resolve();
  #attempts = 0;
  #cancel: Disposer | undefined;
  #stopped = false;
  /** Being told now. */
  #cloud: CloudApi | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws what the secret store says. */
  add(server: string, token: string): Promise<void> {
    return this.#change((rows) => [...rows.filter((row) => row.token !== token), { server, token, since: this.#parts.clock.now() }]);
  }

  async owes(token: string): Promise<boolean> {
    return (await this.#rows()).some((row) => row.token === token);
  }

  /** Whether this cloud has not heard of one yet. */
  async owesAt(server: string): Promise<boolean> {
    return (await this.#rows()).some((row) => row.server === server);
  }

  /** One try for each, and more later while the engine runs. Never throws. */
  tellAll(): Promise<void> {
    this.#telling ??= this.#tellEach()
      .catch((error: unknown) => {
        this.#parts.log.warn('sign-outs that the cloud has not heard of could not be read', { ...toErrorData(error) });
      })
      .finally(() => {
        this.#telling = undefined;
      });
    return this.#telling;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    // Nobody waits for a cloud that says nothing: it is told the next time.
    this.#cloud?.hangUp();
  }

  async #tellEach(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const row of await this.#rows()) {
      if (this.#stopped || !(await this.#isOver(row))) continue;
      await this.#change((rows) => rows.filter(({ token }) => token !== row.token));
    }
    if (this.#stopped || (await this.#rows()).length === 0) return;
    this.#attempts += 1;
    const { clock, random } = this.#parts;
    this.#cancel = clock.timer(backoffMs(this.#attempts, random.next(), FIRST_PAUSE_MS, LONGEST_PAUSE_MS), () => void this.tellAll());
  }

  async #isOver({ server, token, since }: Owed): Promise<boolean> {
    const { clock, connect, log } = this.#parts;
    if (clock.now() - since > EXPIRY_MS) return true;
    const cloud = connect(server);
    this.#cloud = cloud;
    try {
      await cloud.revoke(token);
      return true;
    } catch (error) {
      log.info('the cloud could not be told of a sign-out', { server, ...toErrorData(error) });
      // With a bare status it was something in between that answered.
      return error instanceof TidemarkError && !PASSING.has(error.code) && error.params['status'] === undefined;
    } finally {
      this.#cloud = undefined;
      await cloud.close();
    }
  }

  async #rows(): Promise<readonly Owed[]> {
    const text = await this.#parts.secrets.get(REVOCATIONS_SECRET);
    if (text === null) return [];
    try {
      return owed.parse(JSON.parse(text));
    } catch {
      return [];
    }
  }

  #change(change: (rows: readonly Owed[]) => readonly Owed[]): Promise<void> {
    const mine = this.#turn.then(async () => {
      const { secrets } = this.#parts;
      const rows = change(await this.#rows());
      await (rows.length === 0 ? secrets.delete(REVOCATIONS_SECRET) : secrets.set(REVOCATIONS_SECRET, JSON.stringify(rows)));
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
