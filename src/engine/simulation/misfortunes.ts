import { dayMs, hourMs, minuteMs, secondMs } from '../../base/index.ts';
import type { CloudNode } from '../../contract/index.ts';
import { EMAIL, ROOT, type SimDevice } from './device.ts';
import type { Habits } from './habits.ts';
import type { WorldParts } from './world-parts.ts';

export interface MisfortuneParts extends WorldParts {
  readonly habits: Habits;
  /** The cloud may lose what it had. */
  readonly isDisastrous: boolean;
}

/** What befalls the cloud, the folder and the time, by nobody's hand. */
export class Misfortunes {
  readonly #parts: MisfortuneParts;
  /** Items of the cloud, and the blocks they are made of: a backup has both. */
  #backup:
    { readonly nodes: readonly CloudNode[]; readonly blocks: ReadonlyMap<string, Uint8Array>; readonly putBack: () => void } | undefined;

  /** What the cloud has room for in better times. */
  #totalBytes: number | undefined;
  /** What goes on while other things happen: for how many of them yet, and how it ends. */
  #going: { left: number; readonly end: () => void }[] = [];

  constructor(parts: MisfortuneParts) {
    this.#parts = parts;
  }

  /** Something else is about to happen: what has lasted for long enough is over. */
  somethingHappens(): void {
    for (const one of this.#going) one.left -= 1;
    const over = this.#going.filter(({ left }) => left <= 0);
    this.#going = this.#going.filter(({ left }) => left > 0);
    for (const { end } of over) end();
  }

  /** All that goes on is over. */
  peace(): void {
    for (const { end } of this.#going.splice(0)) end();
  }

  /** For so many turns nothing but the engines goes on; where things linger, all goes on for a while. */
  async #last(turns: readonly number[], end: () => void): Promise<void> {
    const { habits, random, scheduler } = this.#parts;
    if (habits.lingering) {
      this.#going.push({ left: random.pick([1, 2, 4, 8, 16]), end });
      return;
    }
    await scheduler.someTurns(random.pick(turns));
    end();
  }

  /** The cloud is put back to what it was when this was last asked, or is found empty. Rare: not in most histories. */
  disaster(): void {
    if (!this.#parts.isDisastrous) return;
    const { blocks } = this.#parts.cloud.accounts.account(EMAIL).drive;
    if (this.#backup === undefined) {
      this.#backup = { nodes: [...this.#parts.cloud.nodes(EMAIL)], blocks: new Map(blocks), putBack: this.#parts.cloud.backup(EMAIL) };
      return;
    }
    this.#parts.scheduler.note('world', `the cloud is put back to ${this.#backup.nodes.length} items`);
    for (const [hash, block] of this.#backup.blocks) blocks.set(hash, block);
    if (this.#parts.habits.filesRestored) this.#backup.putBack();
    else this.#parts.cloud.reset(EMAIL, this.#backup.nodes);
    this.#parts.ledger.restored();
  }

  async timeGoesBy(): Promise<void> {
    const { holidays } = this.#parts.habits;
    const ms =
      this.#parts.random.next() < (holidays ? 0.5 : 0.05)
        ? (holidays ? 12 : 35) * dayMs
        : this.#parts.random.pick([secondMs, minuteMs, 10 * minuteMs, 2 * hourMs, dayMs]);
    this.#parts.scheduler.note('world', `${ms} ms go by`);
    if (ms <= 10 * minuteMs && this.#parts.random.next() < 0.5) await this.#parts.scheduler.pass(ms);
    else this.#parts.scheduler.skip(ms);
    // After a while the cloud forgets blocks that nothing needs.
    const { drive } = this.#parts.cloud.accounts.account(EMAIL);
    if (ms >= dayMs) drive.collectBlocks();
    // And what was deleted long ago, so that who was away since has to be told everything.
    if (ms > dayMs) drive.forgetDeletions();
  }

  /** A folder that cannot be read for a while. */
  async deny(device: SimDevice): Promise<void> {
    const path = this.#parts.people[this.#parts.devices.indexOf(device)]?.someFolder();
    if (path === undefined || path === ROOT) return;
    this.#parts.scheduler.note(device.name, `may not read ${path}`);
    device.disk.deny(path);
    await this.#last([20, 200, 600], () => {
      device.disk.denyNothing();
      this.#parts.scheduler.note(device.name, `may read ${path}`);
    });
  }

  /** The cloud has no room left for a while. */
  async fullCloud(): Promise<void> {
    const account = this.#parts.cloud.accounts.account(EMAIL);
    const totalBytes = this.#totalBytes ?? account.totalBytes;
    this.#totalBytes = totalBytes;
    account.totalBytes = this.#parts.random.below(300);
    this.#parts.scheduler.note('world', `the cloud has ${account.totalBytes} bytes`);
    await this.#last([100, 500], () => {
      account.totalBytes = totalBytes;
    });
  }

  /** The folder is away for a while: a volume that is not there. */
  async unmount(device: SimDevice): Promise<void> {
    if (device.isFolderAway) return;
    // Best in the middle of a look.
    if (this.#parts.random.next() < 0.7) {
      device.upsetWatcher('overflow');
      for (let turn = 0; turn < 200 && device.lastStep !== 'list'; turn += 1) await this.#parts.scheduler.someTurns(1);
    }
    this.#parts.scheduler.note(device.name, 'unmount');
    device.person.rename(ROOT, '/elsewhere');
    device.isFolderAway = true;
    const empty = this.#parts.random.next() < 0.5;
    if (empty) device.person.mkdir(ROOT);
    // What is mounted where no power cut changes.
    device.disk.volume.commit();
    await this.#last([5, 50, 300], () => {
      if (empty) device.person.remove(ROOT);
      device.person.rename('/elsewhere', ROOT);
      device.isFolderAway = false;
      device.disk.volume.commit();
      this.#parts.scheduler.note(device.name, 'mount');
    });
  }
}
