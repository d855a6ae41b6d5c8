import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { dayMs, hourMs, minuteMs } from '../../base/index.ts';
import { TidemarkEngine } from '../core/engine.ts';
import { createEngine, type Engine } from '../create-engine.ts';
import type { DiskFaultCode, Environment, Log, WatchListener } from '../environment.ts';
import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import { type DiskMethod, FakeDisk } from '../fakes/disk/fake-disk.ts';
import { APFS_NAMES } from '../fakes/disk/name-rules.ts';
import { type FakeWatch, fakeWatch } from '../fakes/disk/fake-watch.ts';
import { noLoopback } from '../fakes/loopback.ts';
import type { SeededRandom } from '../fakes/random.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import { FakeSecrets } from '../fakes/secrets.ts';
import { SimClock } from './clock.ts';
import { DatabaseLog, type Durable } from './database-log.ts';
import { EngineRows } from './engine-rows.ts';
import { Gate } from './gate.ts';
import { openLine } from './line.ts';
import type { Life, Scheduler } from './scheduler.ts';
import { Weather } from './weather.ts';

export const ROOT = '/sync';
export const EMAIL = 'ann@example.com';
const PASSWORD = 'correct horse battery';
/** The computer itself: what the disk and the person do goes on while no engine runs. */
const MUTATING = new Set([
  'writeMany',
  'create',
  'write',
  'finish',
  'moveFile',
  'moveFiles',
  'moveFolder',
  'makeFolder',
  'removeFolder',
  'removeFile',
  'removeTree',
  'setMode',
  'writeText',
]);
const TRASH_DAY = /\/\.tidemark\/trash\/([^/]+)$/;

/** What a power cut takes all of: names that the folders did not have for good yet, or commits of the database. */
export type Lost = 'names' | 'commits';

export interface DeviceParts {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly cloud: FakeCloud;
  readonly random: SeededRandom;
  /** A real folder for the databases. */
  readonly dir: string;
  /** A bug: what may never be logged was. */
  readonly onBug: (what: string) => void;
  /** That something changed in the folder is not told to its engine. */
  readonly onLostHint: (device: SimDevice, folder: string) => void;
  /** A day of the trash is about to go for good. */
  readonly onPurge: (device: SimDevice, path: string, day: string) => void;
}

/** One computer: a disk, a person at it, and the engine of the moment, which may crash and come back. */
export class SimDevice {
  readonly name: string;
  readonly disk: FakeDisk;
  readonly weather: Weather;
  readonly caseSensitive: boolean;
  /** Without them a folder that moved cannot be told from another one. */
  readonly birthTimes: boolean;
  skewMs: number;
  engine: Engine | undefined;
  /** What its engine last did to the disk. */
  lastStep = '';
  /** What its engine last asked the cloud for. */
  lastRequest = '';
  /** Told of every step of its engine just before the disk takes it. */
  beforeStep: ((method: DiskMethod, path: string) => void) | undefined;
  /** Which of its steps the disk fails at, and how, whatever the weather. */
  failing: ((method: DiskMethod, path: string) => DiskFaultCode | undefined) | undefined;
  readonly gate = new Gate();
  /** The volume of its folder is not there. */
  isFolderAway = false;
  /** While it is there, the disk does nothing. */
  stall: Promise<void> | undefined;
  /** Where its engine's last step of the disk was. */
  lastPath = '';
  readonly #parts: DeviceParts;
  readonly #wall: SimClock;
  readonly #watch: FakeWatch;
  readonly #secrets = new FakeSecrets();
  readonly #random: SeededRandom;
  readonly #abandoned: Engine[] = [];
  #before = { skewMs: 0, untilMs: -1 };
  readonly #hintLoss: number;
  #life: Life;
  #incarnation = 0;
  #database: string;
  #listener: WatchListener | undefined;
  /** What of the database was last known to be on the disk for good; the end of a process alone makes nothing so. */
  #durable: Durable = { log: '', bytes: 0 };
  /** Requests by kind, and changes of the synced folder that the engine made. */
  readonly counts = { requests: 0, commits: 0, stores: 0, diskSteps: 0, treeWrites: 0 };

  constructor(parts: DeviceParts) {
    const { name, scheduler, random } = parts;
    this.#parts = parts;
    this.name = name;
    this.#random = random;
    this.#life = { name, alive: false };
    this.#database = join(parts.dir, `${name}-0.db`);
    this.skewMs = random.pick([0, 0, 0, -3 * dayMs, hourMs, 400 * dayMs]);
    this.weather = new Weather(random.fork(), () => scheduler.nowMs);
    this.#hintLoss = random.pick([0, 0, 0.1, 0.5]);
    this.caseSensitive = random.next() < 0.75;
    this.birthTimes = random.next() < 0.8;
    this.#wall = new SimClock(scheduler, this.#life, () => this.skewMs);
    this.disk = new FakeDisk({
      now: () => this.#wall.now(),
      ...(this.caseSensitive ? {} : { names: APFS_NAMES }),
      birthTimes: this.birthTimes,
      hardLinks: random.next() < 0.8,
      yieldPoint: () => (this.stall === undefined ? scheduler.step(this.#life) : this.#stalled(this.#life)),
    });
    this.disk.fault = (method, path) => {
      this.counts.diskSteps += 1;
      this.lastStep = method;
      this.lastPath = path;
      this.beforeStep?.(method, path);
      if (MUTATING.has(method) && !path.startsWith(`${ROOT}/.tidemark`)) this.counts.treeWrites += 1;
      const fault = this.failing?.(method, path) ?? this.weather.diskFault(method);
      const day = method === 'removeTree' && fault === undefined ? TRASH_DAY.exec(path)?.[1] : undefined;
      if (day !== undefined) parts.onPurge(this, path, day);
      scheduler.note(name, fault === undefined ? `${method} ${path}` : `${method} ${path} fails: ${fault}`);
      return fault;
    };
    this.#watch = fakeWatch(this.disk);
    this.disk.user.mkdir(ROOT);
  }

  async #stalled(life: Life): Promise<void> {
    await this.stall;
    await this.#parts.scheduler.step(life);
  }

  get running(): boolean {
    return this.engine !== undefined;
  }

  /** Somebody sets its clock. */
  setClock(byMs: number): void {
    this.#before = { skewMs: this.skewMs, untilMs: this.#parts.scheduler.nowMs + minuteMs };
    this.skewMs += byMs;
    this.#parts.scheduler.note(this.name, `its clock jumps by ${byMs} ms`);
  }

  /** The latest that its clock shows, or showed a moment ago, when what happens now was decided. */
  get latestWallMs(): number {
    const recent = this.#before.untilMs >= this.#parts.scheduler.nowMs;
    return this.wallMs + (recent ? Math.max(0, this.#before.skewMs - this.skewMs) : 0);
  }

  /** What its clock shows. */
  get wallMs(): number {
    return this.#wall.now();
  }

  get person(): FakeDisk['user'] {
    return this.disk.user;
  }

  /** From now on entries of folders may be out of reach for a while. */
  blindEntries(random: SeededRandom): void {
    this.disk.entryFault = (path) => {
      const fault = path.startsWith(`${ROOT}/.tidemark`) ? undefined : this.weather.entryFault(path, random);
      if (fault !== undefined) this.#parts.scheduler.note(this.name, `entry ${path} fails: ${fault}`);
      return fault;
    };
  }

  /** Begins a new process. What is thrown ends it again. */
  async start(): Promise<void> {
    this.#incarnation += 1;
    this.#life = { name: this.name, alive: true };
    this.#parts.scheduler.note(
      this.name,
      `start ${this.#incarnation}${this.birthTimes ? '' : ', no birth times'}${this.caseSensitive ? '' : ', case folded'}`,
    );
    const engine = await createEngine(this.#environment(this.#life), {
      profile: '/profile',
      database: this.#database,
      lockFolder: () => () => undefined,
    });
    this.engine = engine;
    if (this.#incarnation === 1) this.#durable = this.#databaseLog.whole();
    await engine.start();
  }

  async signIn(first: boolean): Promise<void> {
    const { cloud } = this.#parts;
    await this.#engine.call(first ? 'account.signUp' : 'account.signIn', {
      server: cloud.server,
      email: EMAIL,
      password: PASSWORD,
      deviceName: this.name,
    });
    // Some have agreed beforehand that both sides are merged, the others are asked.
    await this.#engine.call('folder.add', { path: ROOT, merge: this.skewMs === 0 });
    this.#durable = this.#databaseLog.whole();
  }

  /** Ends the process in the orderly way. */
  async stop(): Promise<void> {
    const { engine } = this;
    if (engine === undefined) return;
    this.#parts.scheduler.note(this.name, 'stop');
    await engine.stop();
    this.engine = undefined;
    this.#listener = undefined;
    this.#parts.scheduler.kill(this.#life);
  }

  /** The process is gone between two of its steps; the disk keeps what it was told. */
  crash(): void {
    if (!this.#die()) return;
    this.#parts.scheduler.note(this.name, 'crash');
    this.disk.crash();
  }

  /**
   * The machine is gone: of names and of commits to the database, what was not synced may be lost, the newest first.
   * @param lost all of one kind and nothing of the other: what is on the disk, the database does not know, or the reverse
   */
  powerCut(lost?: Lost): void {
    if (!this.#die()) return;
    const choices = this.#databaseLog.choices(this.#durable);
    const end = lost === undefined ? this.#someOf(choices) : choices.at(lost === 'commits' ? 0 : -1);
    const commits = end === undefined ? 0 : choices.length - 1 - choices.indexOf(end);
    this.#durable = end === undefined ? this.#databaseLog.whole() : this.#databaseLog.cut(end);
    const { uncommitted } = this.disk.volume;
    const kept = lost === undefined ? this.#random.below(uncommitted + 1) : lost === 'commits' ? uncommitted : 0;
    this.#parts.scheduler.note(this.name, `power cut, ${kept} of ${this.disk.volume.uncommitted} kept, ${commits} commits lost`);
    this.disk.powerCut(kept);
  }

  #someOf(choices: readonly number[]): number | undefined {
    return this.#random.next() < 0.7 && choices.length > 0 ? this.#random.pick(choices) : choices.at(-1);
  }

  /** World time of the last name that a person gave. */
  namedMs = 0;

  get nowMs(): number {
    return this.#parts.scheduler.nowMs;
  }

  /** Names that are a minute old the system has written down by itself. */
  writeBack(): void {
    if (!this.person.durableNames && this.nowMs - this.namedMs > minuteMs) this.disk.volume.commit();
  }

  /** Long after the last change the system has written all of it down by itself. */
  allWrittenDown(): void {
    this.#durable = this.#databaseLog.whole(this.#durable);
    this.disk.volume.commit();
  }

  get #databaseLog(): DatabaseLog {
    return new DatabaseLog(this.#database);
  }

  /** The engine that was is never heard of again; the next one opens a copy of its database as it was at this moment. */
  #die(): boolean {
    const { engine } = this;
    if (engine === undefined) return false;
    this.#parts.scheduler.kill(this.#life);
    this.#abandoned.push(engine);
    this.engine = undefined;
    this.#listener = undefined;
    const next = join(this.#parts.dir, `${this.name}-${this.#incarnation}.db`);
    for (const suffix of ['', '-wal']) if (existsSync(this.#database + suffix)) copyFileSync(this.#database + suffix, next + suffix);
    this.#database = next;
    return true;
  }

  /** Gives back the databases of engines that crashed. */
  close(): void {
    this.#parts.scheduler.kill(this.#life);
    for (const engine of [...this.#abandoned, ...(this.engine === undefined ? [] : [this.engine])]) engineOf(engine).store.close();
  }

  /** The watcher of the moment loses what it knew, or stops working. */
  upsetWatcher(how: 'overflow' | 'failed'): void {
    this.#parts.scheduler.note(this.name, `watcher ${how}`);
    const listener = this.#listener;
    if (how === 'overflow') listener?.overflow(true);
    else {
      this.#listener = undefined;
      listener?.failed(new Error('no watches left'));
    }
  }

  /** Of files that are at two names just now. */
  twofoldTexts(): readonly string[] {
    const visit = (inode: Inode): string[] =>
      inode.kind === 'file'
        ? inode.links > 1
          ? [new TextDecoder().decode(inode.data)]
          : []
        : [...inode.entries.values()].flatMap((entry) => visit(entry.inode));
    return visit(this.disk.volume.root);
  }

  /** What the database of its engine says. */
  get rows(): EngineRows {
    return new EngineRows(engineOf(this.#engine).store, this.disk.volume, ROOT);
  }

  get #engine(): Engine {
    if (this.engine === undefined) throw new Error(`${this.name} does not run`);
    return this.engine;
  }

  call: Engine['call'] = (method, params) => this.#engine.call(method, params);

  #environment(life: Life): Environment {
    const { scheduler, cloud } = this.#parts;
    const clock = new SimClock(scheduler, life, () => this.skewMs);
    return {
      clock,
      random: this.#random.fork(),
      disk: this.disk,
      secrets: this.#secrets,
      log: this.#log(life),
      watch: (root, listener) => this.#watchFor(life, root, listener),
      connect: () =>
        openLine({
          scheduler,
          cloud,
          life,
          weather: this.weather,
          gate: this.gate,
          onRequest: (method) => {
            this.lastRequest = method;
            this.counts.requests += 1;
            if (method.startsWith('commit')) this.counts.commits += 1;
            if (method === 'store') this.counts.stores += 1;
          },
        }),
      onNetworkChange: () => () => undefined,
      loopback: noLoopback,
      platform: { platform: 'linux', hostName: this.name, appVersion: '0.0.0-simulation', caseSensitive: this.caseSensitive },
    };
  }

  async #watchFor(life: Life, root: string, listener: WatchListener): Promise<{ close(): Promise<void> }> {
    const { scheduler, onLostHint } = this.#parts;
    await scheduler.step(life);
    this.#listener = listener;
    const own = this.#random.fork();
    return this.#watch.watch(root, {
      dirty: (folder) => {
        if (!life.alive || this.#listener !== listener) return;
        const lost = !this.#calmHints && own.next() < this.#hintLoss;
        if (lost) {
          scheduler.note(this.name, `hint of /${folder} is lost`);
          onLostHint(this, folder === '' ? ROOT : `${ROOT}/${folder}`);
        }
        const times = lost ? 0 : own.next() < 0.1 ? 2 : 1;
        for (let time = 0; time < times; time += 1) {
          void scheduler.step(life).then(() => {
            if (this.#listener === listener) listener.dirty(folder);
          });
        }
      },
      overflow: () => undefined,
      failed: () => undefined,
    });
  }

  /** No hint is lost any more. */
  calmHints(): void {
    this.#calmHints = true;
  }
  #calmHints = false;

  #log(life: Life): Log {
    const { scheduler, onBug } = this.#parts;
    const write =
      (level: string) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        if (!life.alive) return;
        scheduler.note(this.name, `${level}: ${message} ${JSON.stringify(fields)}`);
        if (level === 'error') onBug(`${this.name}: ${message} ${JSON.stringify(fields)}`);
      };
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }
}

/** The engine behind its door, for what a person never needs: its database. */
function engineOf(engine: Engine): TidemarkEngine {
  if (!(engine instanceof TidemarkEngine)) throw new TypeError('not an engine of ours');
  return engine;
}
