import { minuteMs, secondMs } from '../../base/index.ts';
import { ahead } from './ahead.ts';
import { isCalm } from './calm.ts';
import { cloudListing, differences, diskListing, leftovers } from './checks.ts';
import type { SimDevice } from './device.ts';
import { answerQuestions } from './questions.ts';
import { removeRules } from './rules.ts';
import type { WorldParts } from './world-parts.ts';

export type SettlementParts = Omit<WorldParts, 'people'>;

/** A full look comes every hour; two of them, and what they bring about. */
const ROUNDS = 16;
const ROUND_MS = 10 * minuteMs;
/** After so many rounds a regular look at everything was made. */
const HOURLY = 7;
/** What may stay unsynced for good: only a person can help. */
const STANDING: ReadonlySet<string> = new Set(['name_clash', 'conflict_limit', 'symlink_skipped', 'special_skipped']);

/** After peace: does everything come to rest, is it the same everywhere, is all there, and does it then stay at rest? */
export class Settlement {
  readonly #parts: SettlementParts;

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  async settle(): Promise<string[]> {
    const { devices, cloud, ledger } = this.#parts;
    let problems: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.#round();
      for (const device of devices) await this.#keepAll(device);
      const ruled = removeRules(devices, cloud, (texts) => ledger.dismissed(texts));
      problems = ruled ? ['ignore rules are left'] : await this.#unsettled();
      // Where trees cannot be compared, only time tells that everybody has had a full look.
      const blind = this.#parts.devices.some(hasClash) && round < HOURLY;
      if (problems.length === 0 && !blind) break;
    }
    if (problems.length > 0) return [...problems, ...this.#lost()];
    const restless = await this.#restless();
    return [...restless, ...this.#lost()];
  }

  #lost(): string[] {
    const { ledger } = this.#parts;
    return [
      ...ledger.unasked,
      ...ledger.lost().map((what) => `lost: ${what}`),
      ...ledger.buried().map((what) => `deleted in the cloud though nobody deleted it: ${what}`),
      ...ledger.vanished().map((what) => `gone from sight though nobody deleted it: ${what}`),
    ];
  }

  async #round(): Promise<void> {
    const { devices, scheduler, random } = this.#parts;
    await scheduler.pass(ROUND_MS);
    for (const device of devices) if (await answerQuestions(device, random, scheduler)) this.#parts.ledger.mayDeleteMuch = true;
  }

  /** Every folder is kept on every device again, also one that comes back into the tree only now. */
  async #keepAll(device: SimDevice): Promise<void> {
    const { scheduler } = this.#parts;
    const { folders } = await scheduler.until(device.call('selection.list', {}), `${device.name}: selection`);
    for (const { path } of folders) {
      // One that lies in another is kept as soon as that one is.
      await scheduler.until(device.call('selection.include', { path }), `${device.name}: include`).catch(() => undefined);
    }
  }

  async #unsettled(): Promise<string[]> {
    const { devices, cloud, ledger, scheduler } = this.#parts;
    const problems: string[] = [];
    const inCloud = cloudListing(cloud);
    for (const device of devices) {
      const excused = new Set<string>();
      const issues = device.rows.issues();
      for (const { code, paths, rows } of issues) {
        if (STANDING.has(code)) for (const path of paths) excused.add(path);
        else problems.push(`${device.name} has the issue ${code} at ${paths[0] ?? ''} (${rows})`);
      }
      const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
      if (questions.length > 0) problems.push(`${device.name} still asks`);
      // What waits for the place of something that clashes cannot be told from outside: then only rest and loss are asked.
      if (!hasClash(device)) {
        const found = differences(diskListing(device, ledger), inCloud, excused, [device.name, 'cloud']);
        problems.push(...found.map(({ path, what }) => `${path}: ${what} (${device.rows.rowsAt(path.replace(/\/$/, ''))})`));
      }
      problems.push(...leftovers(device, 'parked'));
      problems.push(...device.rows.doublePlaces().map((twins) => `${device.name} has two items at one place: ${twins}`));
      const stray = device.rows.strayRows();
      if (stray > 0) problems.push(`${device.name} has ${stray} rows in folders that are not there`);
      const status = await scheduler.until(device.call('status.snapshot', {}), `${device.name}: status`);
      const calm = isCalm(status, issues.length > 0);
      if (!calm) problems.push(`${device.name} says ${status.state} ${(status.offline ?? status.reason)?.code ?? ''}`);
    }
    return problems;
  }

  /** One more look at everything, and one more start, must do nothing. */
  async #restless(): Promise<string[]> {
    const { devices, scheduler } = this.#parts;
    // What was at its end but for a line in the activity, just then.
    await scheduler.pass(secondMs);
    const before = await this.#counts();
    for (const device of devices) await scheduler.until(device.call('sync.now', {}), `${device.name}: sync`);
    await scheduler.pass(3 * minuteMs);
    const problems = this.#compare(before, await this.#counts(), 'one more look');
    problems.push(...(await this.#nothingAhead()));
    const again = await this.#counts();
    for (const device of devices) {
      await scheduler.until(device.stop(), `${device.name}: stop`);
      await scheduler.until(device.start(), `${device.name}: start`);
    }
    await scheduler.pass(3 * minuteMs);
    problems.push(...this.#compare(again, await this.#counts(), 'a restart'), ...(await this.#unsettled()));
    // What could not be cleared away at once is cleared away at the start.
    return [...problems, ...devices.flatMap((device) => leftovers(device, 'tmp'))];
  }

  /** Whoever waits for everything to be synced is told at once, and nothing is announced that would be done next. */
  async #nothingAhead(): Promise<string[]> {
    const { devices, scheduler } = this.#parts;
    const problems: string[] = [];
    for (const device of devices) {
      await scheduler
        .until(device.call('sync.wait', { timeoutMs: minuteMs }), `${device.name}: wait`)
        .catch((error: unknown) => problems.push(`${device.name}: sync.wait says ${String(error)}`));
      problems.push(...(await ahead(device, scheduler)));
    }
    return problems;
  }

  async #counts(): Promise<Counts[]> {
    const { devices, scheduler } = this.#parts;
    const counts: Counts[] = [];
    for (const device of devices) {
      const { rows } = await scheduler.until(device.call('activity.list', { limit: 1 }), `${device.name}: activity`);
      const { commits, stores, treeWrites, diskSteps, requests } = device.counts;
      counts.push({ name: device.name, commits, stores, treeWrites, activity: rows[0]?.id ?? 0, diskSteps, requests });
    }
    return counts;
  }

  #compare(before: readonly Counts[], after: readonly Counts[], what: string): string[] {
    return after.flatMap((now, index) => {
      const then = before[index];
      if (then === undefined) return [];
      const idle =
        now.commits === then.commits && now.stores === then.stores && now.treeWrites === then.treeWrites && now.activity === then.activity;
      const bounded = now.diskSteps - then.diskSteps < 3000 && now.requests - then.requests < 200;
      if (idle && bounded) return [];
      return [`${now.name} is not at rest in ${what}: ${JSON.stringify(then)} then ${JSON.stringify(now)}`];
    });
  }
}

const hasClash = (device: SimDevice): boolean => device.rows.issues().some(({ code }) => code === 'name_clash');

interface Counts {
  readonly name: string;
  readonly commits: number;
  readonly stores: number;
  readonly treeWrites: number;
  readonly activity: number;
  readonly diskSteps: number;
  readonly requests: number;
}
