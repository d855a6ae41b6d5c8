import type { Command } from 'commander';
import { TidemarkError } from '../contract/index.ts';
import { type OpenedEngine, type Profile, type SecretStoreKind, openProfile, openProfileEngine, secretStoreKind } from '../host/index.ts';
import type { Io } from './io.ts';
import { followSetting } from './language.ts';
import { plain } from './text.ts';

/** What every command takes. */
export interface CommonOptions {
  readonly profile?: string;
  readonly json?: boolean;
  readonly secretStore?: string;
}

/** How a command ended when nothing was thrown; 5 where this device could answer in part, and the cloud not at all. */
export type Exit = 0 | 3 | 5 | 7;

export interface EngineNeeds {
  /** The answer depends on watching and syncing, so an engine that is started for this command begins to. */
  readonly begin?: boolean;
  /** The work itself ends with the interrupt, as its proper end. */
  readonly untilInterrupted?: boolean;
}

/** One run of one command: its options, its output and its engine. */
export class Context {
  readonly io: Io;
  readonly options: CommonOptions;
  #printed = false;

  constructor(io: Io, command: Command) {
    this.io = io;
    this.options = command.optsWithGlobals();
  }

  get json(): boolean {
    return this.options.json === true;
  }

  openProfile(): Promise<Profile> {
    return openProfile(this.options.profile);
  }

  get secretStore(): SecretStoreKind {
    return secretStoreKind(this.options.secretStore ?? this.io.env['TIDEMARK_SECRET_STORE']);
  }

  /** Runs a piece of work with the profile's engine: the running one, or one for as long as it takes. */
  async withEngine<T>(work: (engine: OpenedEngine) => Promise<T>, needs: EngineNeeds = {}): Promise<T> {
    const engine = await openProfileEngine({
      profile: await this.openProfile(),
      secretStore: this.secretStore,
      note: (text) => this.note(text),
    });
    try {
      const { settings } = await engine.call('settings.list', {});
      followSetting(settings.find(({ key }) => key === 'language')?.value);
      if (needs.begin === true) await engine.begin();
      return await (needs.untilInterrupted === true ? work(engine) : this.untilAborted(work(engine)));
    } finally {
      await engine.close(this.io.signal.aborted);
    }
  }

  /** The work, or `aborted` when the person interrupts; then the work is left behind. */
  untilAborted<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.io;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new TidemarkError('aborted'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** The one answer of the command: a document with `--json`, else text for people. */
  answer(document: unknown, text: string): void {
    if (this.#printed) throw new Error('a command answers once');
    this.#printed = true;
    if (this.json) this.io.stdout.write(`${JSON.stringify(document)}\n`);
    else if (text !== '') this.io.stdout.write(`${text}\n`);
  }

  /** One of several answers, each on a line of its own, for commands that go on. */
  line(document: object, text: string): void {
    this.#printed = true;
    if (this.json) this.io.stdout.write(`${JSON.stringify(document)}\n`);
    else if (text !== '') this.io.stdout.write(`${text}\n`);
  }

  /** Something worth knowing that is not the answer. */
  note(text: string): void {
    this.io.stderr.write(`${plain(text)}\n`);
  }

  /** Rewrites one line on a terminal; says nothing elsewhere. */
  progress(text: string): void {
    if (this.io.stderr.isTTY === true && !this.json) this.io.stderr.write(`\r\u001b[K${plain(text)}`);
  }
}
