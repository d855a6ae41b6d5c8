import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dayMs, hourMs, minuteMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { loadNumberingPlans } from '../account/index.ts';
import { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import { SeededRandom } from '../fakes/random.ts';
import { SimClock } from './clock.ts';
import { type Acts, Person } from './person.ts';
import { textsIn } from './texts-in.ts';
import { type Lost, SimDevice } from './device.ts';
import { Ledger } from './ledger.ts';
import { Misfortunes } from './misfortunes.ts';
import { useApp } from './app-hands.ts';
import { type Habits, habitsOf } from './habits.ts';
import { Scheduler } from './scheduler.ts';
import { Settlement } from './settlement.ts';
import { answerQuestions } from './questions.ts';
import { Scenes } from './scenes/index.ts';
import { Trace } from './trace.ts';
import type { WorldParts } from './world-parts.ts';

export interface HistoryOptions {
  readonly seed: number;
  /** How many devices; by the seed when not given. */
  readonly devices?: number | undefined;
  /** How many things happen before the world is left alone; by the seed when not given. */
  readonly steps?: number | undefined;
  /** Looks after every step whether something is lost, and says so in the trace. Changes nothing else; slow. */
  readonly watch?: boolean | undefined;
  /** Ends at the first thing that is wrong: what is out of joint may spin, and is shown already. */
  readonly untilWrong?: boolean | undefined;
}

export interface HistoryResult {
  readonly seed: number;
  /** What should not have been; empty when all is well. */
  readonly violations: readonly string[];
  readonly digest: string;
  readonly trace: readonly string[];
  readonly turns: number;
}

/** Lives through one history: devices, people and faults by the seed, then peace, then the questions. */
export async function runHistory(options: HistoryOptions): Promise<HistoryResult> {
  const dir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'tidemark-simulation-'));
  const history = new History(options, dir);
  try {
    const result = await history.run();
    // All of it was within one turn of the event loop; rejections that nobody handles are told of in the next.
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  } finally {
    history.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Files in memory, where there are such: the databases are made, copied and thrown away by the thousand. */
const MEMORY = '/dev/shm';
const PLAIN_NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Names that some file systems, and the cloud, take for one. */
const ALIKE_NAMES = ['a', 'A', 'b', 'B', 'c', '\u00e9'];
/** Steps of the disk that change where something is. */
const PLACING: ReadonlySet<string> = new Set(['moveFile', 'moveFiles', 'moveFolder', 'makeFolder']);

/** Something is wrong, and that is all that is asked. */
class Enough extends Error {}

class History {
  readonly #options: HistoryOptions;
  readonly #habits: Habits;
  readonly #random: SeededRandom;
  readonly #trace = new Trace();
  readonly #scheduler: Scheduler;
  readonly #cloud: FakeCloud;
  readonly #devices: SimDevice[] = [];
  readonly #people: Person[] = [];
  readonly #ledger: Ledger;
  readonly #violations: string[] = [];
  readonly #world: WorldParts;
  readonly #misfortunes: Misfortunes;
  readonly #lost = new Set<string>();
  readonly #starting = new Map<SimDevice, Promise<void>>();
  readonly #scenes: Scenes;

  constructor(options: HistoryOptions, dir: string) {
    this.#options = options;
    this.#habits = habitsOf(options.seed);
    this.#random = new SeededRandom(options.seed);
    this.#scheduler = new Scheduler(this.#random.fork(), this.#trace);
    const isDisastrous = this.#random.next() < 0.3 || this.#habits.restores;
    const cloudLife = { name: 'cloud', alive: true };
    this.#cloud = new FakeCloud({
      clock: new SimClock(this.#scheduler, cloudLife),
      random: this.#random.fork(),
      deltaLimit: this.#random.pick([2, 10, 1000]),
      yieldPoint: () => this.#scheduler.step(cloudLife),
    });
    const count = options.devices ?? this.#random.pick([2, 2, 3]);
    for (let index = 0; index < count; index += 1) {
      this.#devices.push(
        new SimDevice({
          name: `D${index + 1}`,
          scheduler: this.#scheduler,
          cloud: this.#cloud,
          random: this.#random.fork(),
          dir,
          onBug: (what) => this.#violations.push(what),
          onLostHint: (device, folder) => {
            this.#ledger.unheard(device, folder);
          },
          onPurge: (device, path, day) => {
            this.#purged(device, path, day);
          },
        }),
      );
    }
    this.#ledger = new Ledger(this.#devices, this.#cloud);
    const names = this.#random.next() < 0.15 ? ALIKE_NAMES : PLAIN_NAMES;
    for (const device of this.#devices) {
      device.person.durableNames = !this.#habits.lateNames;
      if (this.#habits.blindEntries) device.blindEntries(new SeededRandom(options.seed + this.#people.length));
      this.#people.push(
        new Person({
          device,
          random: this.#random.fork(),
          ledger: this.#ledger,
          names,
          habits: this.#habits,
          note: (what) => this.#scheduler.note(device.name, `person: ${what}`),
        }),
      );
    }
    this.#world = {
      devices: this.#devices,
      people: this.#people,
      cloud: this.#cloud,
      ledger: this.#ledger,
      scheduler: this.#scheduler,
      random: this.#random,
    };
    this.#misfortunes = new Misfortunes({ ...this.#world, habits: this.#habits, isDisastrous });
    this.#scenes = new Scenes({
      ...this.#world,
      seed: options.seed,
      start: (device) => this.#start(device),
      die: (device, crash, lost) => this.#die(device, crash, lost),
      allRun: () => this.#allRun(),
      onViolation: (what) => {
        this.#violations.push(what);
        if (options.untilWrong === true) throw new Enough();
      },
    });
  }

  async run(): Promise<HistoryResult> {
    // From the real disk, which the scheduler does not own.
    await loadNumberingPlans();
    try {
      await this.#begin();
      await this.#live();
      const settlement = new Settlement(this.#world);
      await this.#peace();
      this.#violations.push(...(await settlement.settle()));
    } catch (error) {
      if (!(error instanceof Enough)) this.#violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    return {
      seed: this.#options.seed,
      violations: this.#violations,
      digest: this.#trace.digest(),
      trace: this.#trace.lines,
      turns: this.#scheduler.turns,
    };
  }

  close(): void {
    for (const device of this.#devices) device.close();
  }

  /** Devices join one after the other, some with files of their own. */
  async #begin(): Promise<void> {
    for (const [index, device] of this.#devices.entries()) {
      for (let act = this.#random.pick([0, 0, 3, 8]); act > 0; act -= 1) atOnce(this.#somethingOn(index));
      await this.#scheduler.until(device.start(), `${device.name}: first start`);
      await this.#scheduler.until(device.signIn(index === 0), `${device.name}: sign-in`);
      await this.#scheduler.someTurns(this.#random.below(300));
    }
  }

  /** The trash is kept for 30 days of its device's clock. */
  #purged(device: SimDevice, path: string, day: string): void {
    if (device.latestWallMs - Date.parse(day) < 30 * dayMs) this.#violations.push(`${device.name} empties the trash of ${day} too early`);
    const inode = device.disk.volume.find(path);
    if (inode !== undefined) this.#ledger.outlived(textsIn(inode));
  }

  #somethingOn(index: number): Acts {
    const person = this.#people[index];
    if (person === undefined) throw new RangeError('no such person');
    return person.something();
  }

  async #live(): Promise<void> {
    for (const device of this.#devices) device.weather.calm(false);
    const steps = this.#options.steps ?? this.#random.pick([8, 16, 32, 64]);
    for (let step = 0; step < steps; step += 1) {
      await this.#happen();
      if (this.#options.watch === true) this.#noteLost();
      if (this.#options.untilWrong === true && this.#violations.length > 0) throw new Enough();
      await this.#scheduler.someTurns(this.#random.pick([0, 2, 10, 40, 150, 400]));
      if (this.#scheduler.turns > 1_000_000) throw new Error('the world spins');
    }
  }

  #noteLost(): void {
    const doubles = this.#devices.flatMap((device) => (device.running ? device.rows.doublePlaces() : []));
    for (const what of [...this.#ledger.lost(), ...this.#ledger.vanished(), ...doubles]) {
      if (!this.#lost.has(what)) this.#scheduler.note('world', `LOST: ${what}`);
      this.#lost.add(what);
    }
  }

  async #happen(): Promise<void> {
    this.#misfortunes.somethingHappens();
    const index = this.#random.below(this.#devices.length);
    const device = this.#devices[index];
    if (device === undefined) return;
    if (this.#habits.scenes && this.#random.next() < 0.5) return this.#scenes.play();
    if (this.#habits.app && this.#random.next() < 0.25) return this.#inTheApp(index, device);
    if (this.#habits.restores && this.#random.next() < 0.08) return this.#misfortunes.disaster();
    if (this.#habits.blackouts && this.#random.next() < 0.08) return this.#blackout(device);
    if (this.#habits.savesAll && this.#random.next() < 0.08) return this.#saveInBetween(index, device);
    const chance = this.#random.next();
    if (!device.running && chance < 0.5) return this.#start(device);
    if (chance < 0.62) {
      const acts = this.#somethingOn(index);
      while (acts.next().done !== true) await this.#scheduler.someTurns(this.#random.pick([0, 0, 1, 5, 30]));
    } else if (chance < 0.7) this.#scheduler.note(device.name, `weather: ${device.weather.turn()}`);
    else if (chance < 0.8) this.#die(device, chance < 0.76);
    else if (chance < 0.83) await this.#restart(device);
    else if (chance < 0.86) device.upsetWatcher(this.#random.pick(['overflow', 'failed']));
    else if (chance < 0.91) await this.#misfortunes.timeGoesBy();
    else if (chance < 0.94) await this.#pauseOrResume(device);
    else if (chance < 0.955) {
      if (await answerQuestions(device, this.#random, this.#scheduler)) this.#ledger.mayDeleteMuch = true;
    } else if (chance < 0.97) await this.#inTheWindow(device);
    else if (chance < 0.974) await this.#misfortunes.deny(device);
    else if (chance < 0.976) await this.#misfortunes.fullCloud();
    else if (chance < 0.98) device.setClock(this.#random.pick([-hourMs, minuteMs, 40 * dayMs, -40 * dayMs]));
    else if (chance < 0.993) await this.#misfortunes.unmount(device);
    else this.#misfortunes.disaster();
  }

  #die(device: SimDevice, crash: boolean, lost?: Lost): void {
    this.#starting.delete(device);
    if (crash) device.crash();
    else if (this.#habits.lateNames) {
      device.writeBack();
      this.#ledger.powerCut(() => device.powerCut(lost));
      this.#people[this.#devices.indexOf(device)]?.comesBack();
    } else device.powerCut(lost);
  }

  async #blackout(device: SimDevice): Promise<void> {
    device.lastStep = '';
    for (let turn = 0; turn < 300 && !PLACING.has(device.lastStep); turn += 1) await this.#scheduler.someTurns(1);
    await this.#scheduler.someTurns(this.#random.pick([0, 1, 2, 4, 8, 16, 32]));
    this.#die(device, false);
  }

  async #saveInBetween(index: number, device: SimDevice): Promise<void> {
    const save = this.#people[index]?.openAll();
    device.lastStep = '';
    for (let turn = 0; turn < 300 && !PLACING.has(device.lastStep); turn += 1) await this.#scheduler.someTurns(1);
    await this.#scheduler.someTurns(this.#random.pick([0, 0, 1, 2, 4]));
    save?.();
  }

  /** A process that cannot start ends; somebody starts it again later. */
  #start(device: SimDevice): void {
    const starting = device.start().catch((error: unknown) => {
      this.#scheduler.note(device.name, `did not start: ${String(error)}`);
      this.#die(device, true);
    });
    this.#starting.set(device, starting);
  }

  async #restart(device: SimDevice): Promise<void> {
    if (!device.running) return;
    await this.#scheduler.until(device.stop(), `${device.name}: stop`);
    await this.#scheduler.someTurns(this.#random.pick([0, 20]));
    this.#start(device);
  }

  async #pauseOrResume(device: SimDevice): Promise<void> {
    if (!device.running) return;
    const pause = this.#random.next() < 0.4;
    const until = this.#random.next() < 0.5 ? null : Number.MAX_SAFE_INTEGER;
    this.#scheduler.note(device.name, pause ? 'pause' : 'resume');
    await this.#scheduler.until(pause ? device.call('sync.pause', { until }) : device.call('sync.resume', {}), `${device.name}: pause`);
  }

  /** And while that is carried out, somebody saves, or the power goes. */
  async #inTheApp(index: number, device: SimDevice): Promise<void> {
    const note = (what: string): void => this.#scheduler.note(device.name, `person: ${what}`);
    const click = (): Promise<void> => useApp({ device, random: this.#random, ledger: this.#ledger, note });
    if (device.running && this.#random.next() < 0.3) {
      void click().catch(() => undefined);
      return this.#blackout(device);
    }
    await this.#patiently(device, click);
    await this.#scheduler.someTurns(this.#random.pick([0, 5, 20, 60]));
    if (this.#random.next() < 0.5) atOnce(this.#somethingOn(index));
    else if (this.#random.next() < 0.4) await this.#blackout(device);
  }

  /** What a person does in the app: choose a version of a conflict, bring back an older version or something deleted. */
  async #inTheWindow(device: SimDevice): Promise<void> {
    await this.#patiently(device, () => this.#click(device, this.#random));
  }

  async #patiently(device: SimDevice, click: () => Promise<void>): Promise<void> {
    if (!device.running) return;
    try {
      await this.#scheduler.until(click(), `${device.name}: window`);
    } catch (error) {
      // The cloud may be out of reach, or the item gone meanwhile.
      if (!(error instanceof TidemarkError) || error.code === 'internal') throw error;
      this.#scheduler.note(device.name, `person: that did not work, ${error.code}`);
    }
  }

  async #click(device: SimDevice, random: SeededRandom): Promise<void> {
    const { rows: conflicts } = await device.call('conflicts.list', { limit: 100 });
    const conflict = conflicts[random.below(conflicts.length + 1)];
    if (conflict !== undefined) {
      const keep = random.pick(['mine', 'theirs', 'both'] as const);
      this.#scheduler.note(device.name, `person: keep ${keep} of ${conflict.path}`);
      if (keep !== 'both') this.#ledger.chosen(device.rows.hashesOfConflict(conflict.id));
      await device.call('conflicts.resolve', { id: conflict.id, keep });
      return;
    }
    const { items } = await device.call('trash.list', {});
    const item = items[random.below(items.length + 1)];
    if (item === undefined) return;
    this.#scheduler.note(device.name, `person: bring back ${item.path}`);
    await device.call('trash.restore', { id: item.node.id });
  }

  /** Faults end, everybody runs. */
  async #peace(): Promise<void> {
    this.#scheduler.note('world', 'peace');
    this.#misfortunes.peace();
    for (const device of this.#devices) {
      device.weather.calm(true);
      device.calmHints();
    }
    await this.#allRun();
  }

  async #allRun(): Promise<void> {
    for (const starting of this.#starting.values()) await this.#scheduler.until(starting, 'a start');
    for (const device of this.#devices) {
      if (!device.running) await this.#scheduler.until(device.start(), `${device.name}: start`);
      await this.#scheduler.until(device.call('sync.resume', {}), `${device.name}: resume`);
    }
  }
}

function atOnce(acts: Acts): void {
  let done = false;
  while (!done) done = acts.next().done === true;
}
