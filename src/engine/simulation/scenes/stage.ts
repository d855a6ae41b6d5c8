import { minuteMs } from '../../../base/index.ts';
import { RULES_FILE } from '../../ignore/index.ts';
import { isCalm } from '../calm.ts';
import { cloudListing, differences, diskListing, type Listing } from '../checks.ts';
import { EMAIL, type Lost, type SimDevice } from '../device.ts';
import type { Person } from '../person.ts';
import { answerQuestions } from '../questions.ts';
import type { WorldParts } from '../world-parts.ts';

export interface StageParts extends WorldParts {
  readonly seed: number;
  readonly start: (device: SimDevice) => void;
  readonly die: (device: SimDevice, crash: boolean, lost?: Lost) => void;
  /** Whoever does not run or is paused runs. */
  readonly allRun: () => Promise<void>;
  readonly onViolation: (what: string) => void;
}

export interface Player {
  readonly device: SimDevice;
  readonly person: Person;
}

/** Looks and minutes until everything has come to rest, at most. */
const ROUNDS = 6;
const MANY_FOLDERS = 12;
/** Turns to wait for a moment that may not come. */
const PATIENCE = 300;

/** What scenes are made of: a world at rest, an act, a fault at its moment, and a look at what became of it. */
export class Stage {
  readonly parts: StageParts;
  /** Since the last rest somebody was asked whether much may be deleted, and answered one way or the other. */
  asked = false;
  /** Where there are no birth times, what moved cannot always be told after a fault: it may be somewhere else, never gone. */
  #blurred = false;
  /** What had two names as its device ended in the middle of a move by link and unlink: it may stay two files. */
  readonly #twofold = new Set<string>();

  constructor(parts: StageParts) {
    this.parts = parts;
  }

  /** Two different devices with their people. */
  pair(): readonly [Player, Player] {
    const { devices, random } = this.parts;
    const first = random.below(devices.length);
    const second = (first + 1 + random.below(devices.length - 1)) % devices.length;
    return [this.#player(first), this.#player(second)];
  }

  #player(index: number): Player {
    const device = this.parts.devices[index];
    const person = this.parts.people[index];
    if (device === undefined || person === undefined) throw new RangeError('no such player');
    return { device, person };
  }

  note(what: string): void {
    this.parts.scheduler.note('scene', what);
  }

  /** Everything is calm and the same everywhere: answers what all have, or undefined when it does not come to that. */
  async rest(): Promise<Listing | undefined> {
    const { devices, scheduler, random, ledger, cloud } = this.parts;
    for (const { weather, gate } of devices) {
      weather.calm(true);
      gate.open();
    }
    this.asked = false;
    await this.parts.allRun();
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.lookAll();
      await scheduler.pass(minuteMs);
      let calm = true;
      for (const device of devices) {
        calm &&= !(await this.#keepAll(device));
        const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
        this.asked ||= questions.length > 0;
        if (await answerQuestions(device, random, scheduler)) ledger.mayDeleteMuch = true;
        calm &&= questions.length === 0 && (await this.#isCalm(device));
      }
      const all = cloudListing(cloud);
      // A rule has its say in how a scene ends.
      calm &&= ![...all.keys()].some((path) => path.endsWith(RULES_FILE));
      if (calm && devices.every((device) => isSame(diskListing(device, ledger), all))) {
        for (const device of devices) device.allWrittenDown();
        return all;
      }
    }
    this.note('no rest');
    return undefined;
  }

  /** Everybody looks at everything: hints may be lost. */
  async lookAll(): Promise<void> {
    for (const device of this.parts.devices)
      if (device.running) await this.parts.scheduler.until(device.call('sync.now', {}), `${device.name}: sync`);
  }

  /** True when there was something that was not kept. */
  async #keepAll(device: SimDevice): Promise<boolean> {
    const { scheduler } = this.parts;
    const { folders } = await scheduler.until(device.call('selection.list', {}), `${device.name}: selection`);
    for (const { path } of folders)
      await scheduler.until(device.call('selection.include', { path }), `${device.name}: include`).catch(() => undefined);
    return folders.length > 0;
  }

  async #isCalm(device: SimDevice): Promise<boolean> {
    if (device.rows.issues().length > 0) return false;
    return isCalm(await this.parts.scheduler.until(device.call('status.snapshot', {}), `${device.name}: status`));
  }

  /** Somebody clears a folder away where there are many: every look goes through all of them, in each scene anew. */
  tidyUp(): void {
    const { random } = this.parts;
    const [{ person }] = this.pair();
    for (let count = 0; count < 2; count += 1) {
      const folders = person.all('folder');
      if (folders.length > MANY_FOLDERS) person.delete(random.pick(folders));
    }
  }

  /** Faults come as they like again. */
  storm(): void {
    for (const { weather } of this.parts.devices) weather.calm(false);
  }

  /** Turns until the moment is there; false when it does not come. */
  async until(isThere: () => boolean, patience = PATIENCE): Promise<boolean> {
    for (let turn = 0; turn < patience && !isThere(); turn += 1) await this.parts.scheduler.someTurns(1);
    return isThere();
  }

  async someTurns(...counts: readonly number[]): Promise<void> {
    await this.parts.scheduler.someTurns(this.parts.random.pick(counts));
  }

  /** Something moved, and just then the power goes: the move stays, and the database forgets all that is not durable yet. */
  async strikeAfter(device: SimDevice, moves: ReadonlySet<string>): Promise<void> {
    if (!(await this.until(() => moves.has(device.lastStep)))) return;
    // The step is under way; what comes next begins when it is done.
    await this.until(() => !moves.has(device.lastStep), 30);
    await this.strike(device, false, 'commits');
  }

  /** Its engine ends, with the machine or alone, and begins again. */
  async strike(device: SimDevice, crash: boolean, lost?: Lost): Promise<void> {
    if (!device.running) return;
    this.parts.die(device, crash, lost);
    this.#blurred ||= !device.birthTimes;
    for (const text of device.twofoldTexts()) this.#twofold.add(this.parts.ledger.hashOf(text));
    await this.someTurns(0, 10);
    this.parts.start(device);
  }

  /** Whoever has been away for long is told everything. */
  forgetDeletions(): void {
    this.parts.cloud.accounts.account(EMAIL).drive.forgetDeletions();
  }

  fail(what: string): void {
    this.note(`wrong: ${what}`);
    this.parts.onViolation(what);
  }

  /** All have one of what was meant, whatever happened meanwhile. */
  expect(found: Listing | undefined, ...meant: readonly Listing[]): void {
    // Where it does not come to rest, the end of the history tells.
    if (found === undefined || this.asked) return;
    const [wrong = []] = meant
      .map((one) => (this.#blurred ? missing(one, found) : this.#wrong(one, found)))
      .sort((a, b) => a.length - b.length);
    if (wrong.length > 0) this.fail(`a scene ends otherwise than it has to: ${wrong.slice(0, 4).join('; ')}`);
  }

  #wrong(meant: Listing, found: Listing): readonly string[] {
    const wrong = differences(meant, found, new Set(), ['meant', 'all have']);
    const isTwofold = (path: string): boolean => !meant.has(path) && this.#twofold.has(found.get(path) ?? '');
    return wrong.flatMap(({ path, what }) => (isTwofold(path) ? [] : [`${path}: ${what}`]));
  }
}

/** What was meant to be somewhere and is nowhere. */
function missing(meant: Listing, found: Listing): readonly string[] {
  const inSight = new Set(found.values());
  return [...meant].flatMap(([path, hash]) => (inSight.has(hash) || path.endsWith('/') ? [] : [`${path}: in no folder`]));
}

export const isSame = (a: Listing, b: Listing): boolean => differences(a, b, new Set(), ['', '']).length === 0;
