import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import type { SeededRandom } from '../fakes/random.ts';
import type { SimDevice } from './device.ts';
import type { Ledger } from './ledger.ts';
import type { Person } from './person.ts';
import type { Scheduler } from './scheduler.ts';

/** What everything that happens in a history happens to. */
export interface WorldParts {
  readonly devices: readonly SimDevice[];
  /** One at each device, in their order. */
  readonly people: readonly Person[];
  readonly cloud: FakeCloud;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
}
