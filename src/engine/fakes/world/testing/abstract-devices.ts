import type { NodeId } from '../../../model/index.ts';
import { type Operation, plan, type Policy } from '../../../plan/index.ts';
import { SeededRandom } from '../../random.ts';
import { AbstractWorld } from '../abstract-world.ts';
import { attempt, describeWorld, idsOf, MAX_ROUNDS, POLICY, shuffled } from './converge.ts';
import { agreedWorld, type Base } from './random-world.ts';
import { brokenRule } from './step-rules.ts';

const TURNS_EACH = MAX_ROUNDS;

interface Device {
  readonly world: AbstractWorld;
  readonly policy: Policy;
}

/**
 * Several planners against one cloud that only knows its nodes: a change is taken when it was made from the revisions that
 * are there, and what the others did arrives late, piece by piece, and in any order.
 */
export class AbstractDevices {
  readonly cloud: AbstractWorld;
  readonly devices: readonly Device[];
  readonly #random: SeededRandom;

  constructor(base: Base, count: number, order: number) {
    this.cloud = agreedWorld(base);
    this.#random = new SeededRandom(order);
    this.devices = Array.from({ length: count }, (_, index) => {
      const world = new AbstractWorld(true, `1${index}`);
      for (const tree of ['remote', 'local', 'synced'] as const) {
        for (const node of this.cloud[tree].values()) (world[tree] as { set(node: unknown): void }).set(node);
      }
      return { world, policy: { ...POLICY, deviceName: `Device ${index}` } };
    });
  }

  /** Turns by chance until nobody has anything left to do; throws when that takes too long. */
  converge(): void {
    for (let turn = 0; turn < TURNS_EACH * this.devices.length; turn += 1) {
      if (this.devices.every((device) => this.#isIdle(device))) return;
      this.#turn(this.#random.pick(this.devices));
    }
    const all = this.devices.map(({ world }) => describeWorld(world)).join('\n--\n');
    throw new Error(`not settled\n${all}`);
  }

  #isIdle({ world, policy }: Device): boolean {
    return this.#news(world).length === 0 && plan(world, world.ids(), policy).operations.length === 0;
  }

  #turn({ world, policy }: Device): void {
    const news = shuffled(this.#news(world), this.#random);
    this.#read(world, news.slice(0, this.#random.below(3) === 0 ? this.#random.below(news.length + 1) : news.length));
    const { operations } = plan(world, world.ids(), policy);
    for (const operation of operations) {
      const broken = brokenRule(world, operation);
      if (broken !== undefined) throw new Error(`SYNC-SPEC ${broken}: ${JSON.stringify(operation)}\n${describeWorld(world)}`);
    }
    for (const operation of shuffled(operations, this.#random)) {
      if (this.#random.below(4) === 0) continue; // a fault, or the end of the process
      if (changesCloud(operation)) this.#commit(world, operation);
      else attempt(world, operation);
    }
  }

  /** Ids of which the device does not know what the cloud has. */
  #news(world: AbstractWorld): NodeId[] {
    const ids = new Set([...this.cloud.remote.values(), ...world.remote.values()].map(({ id }) => id));
    return [...ids].filter((id) => this.cloud.remote.get(id)?.revision !== world.remote.get(id)?.revision);
  }

  #read(world: AbstractWorld, ids: readonly NodeId[]): void {
    for (const id of ids) {
      const node = this.cloud.remote.get(id);
      if (node === undefined) world.remote.delete(id);
      else world.remote.set(node);
    }
  }

  /** Compare and set: refused when any node that it is about is not as the device knows it. */
  #commit(world: AbstractWorld, operation: Operation): void {
    const next = world.clone();
    if (!attempt(next, operation)) return;
    const about = (tree: AbstractWorld): NodeId[] =>
      idsOf(operation).flatMap((id) => (tree.remote.get(id) === undefined ? [id] : tree.below('remote', id)));
    const whole = operation.op === 'delete_remote' || operation.op === 'rearrange_remote';
    const ids = new Set(whole ? [...about(this.cloud), ...about(world)] : idsOf(operation));
    for (const id of ids) if (this.cloud.remote.get(id)?.revision !== world.remote.get(id)?.revision) return;
    const trial = this.cloud.clone();
    const changed = [...ids].filter((id) => next.remote.get(id)?.revision !== world.remote.get(id)?.revision);
    this.#write(trial, next, changed);
    const fits = changed.every((id) => {
      const node = trial.remote.get(id);
      return node === undefined || trial.canMove('remote', id, node);
    });
    if (!fits) return;
    attempt(world, operation);
    this.#write(this.cloud, world, changed);
  }

  #write(cloud: AbstractWorld, from: AbstractWorld, ids: readonly NodeId[]): void {
    for (const id of ids) {
      const node = from.remote.get(id);
      if (node === undefined) cloud.remote.delete(id);
      else cloud.remote.set(node);
    }
  }
}

function changesCloud({ op }: Operation): boolean {
  return op === 'upload' || op === 'mkdir_remote' || op === 'move_remote' || op === 'rearrange_remote' || op === 'delete_remote';
}
