import { backoffMs, minuteMs, secondMs } from '../../base/index.ts';
import { TidemarkError, toErrorData } from '../../contract/index.ts';
import { isAborted } from '../apply/index.ts';
import { Nap } from '../nap.ts';
import { AccountSettingsSync, type SettingsContext } from './account-settings.ts';

/** How soon a setting that was changed on another device is known here. */
const POLL_MS = minuteMs;

/** Keeps the settings of the account the same while this device is signed in and syncs no folder, whose run would do it. */
export class SettingsAlone {
  readonly #ctx: SettingsContext;
  readonly #maySend: () => boolean;
  readonly #stop = new AbortController();
  readonly #nap = new Nap();
  /** Somebody asked while it was not asleep. */
  #again = false;

  /** Begins at once. @param maySend false while paused */
  constructor(ctx: SettingsContext, maySend: () => boolean) {
    const { drive } = ctx;
    this.#ctx = {
      ...ctx,
      drive: {
        settings: () => this.#unlessStopped(drive.settings()),
        changeSettings: (values) => this.#unlessStopped(drive.changeSettings(values)),
      },
    };
    this.#maySend = maySend;
    void this.#run();
  }

  /** Asks the cloud, and tells it, soon. */
  soon(): void {
    this.#again = true;
    this.#nap.wake();
  }

  /** What is still on its way does nothing any more. */
  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { environment, drive } = this.#ctx;
    const { signal } = this.#stop;
    const settings = new AccountSettingsSync(this.#ctx);
    const isAskedAgain = (): boolean => this.#again;
    for (let failures = 0; !signal.aborted;) {
      this.#again = false;
      let pauseMs = POLL_MS;
      try {
        const { version } = await drive.settings();
        await settings.sync(version, this.#maySend());
        failures = 0;
      } catch (error) {
        // Over for this session; whoever signs in again begins anew.
        if (isAborted(error) || (error instanceof TidemarkError && error.kind.reaction === 'sign_in')) return;
        const data = toErrorData(error);
        if (data.code === 'internal') environment.log.error('the settings could not be asked for', { ...data });
        failures += 1;
        const asked = data.params['retryAfterMs'];
        pauseMs = Math.max(backoffMs(failures, environment.random.next(), secondMs, POLL_MS), typeof asked === 'number' ? asked : 0);
      }
      if (!isAskedAgain()) await this.#nap.sleep(environment.clock, pauseMs, signal);
    }
  }

  /** Another account may be signed in by the time of the answer: it is not told of what this one has. */
  async #unlessStopped<T>(answer: Promise<T>): Promise<T> {
    const heard = await answer;
    if (this.#stop.signal.aborted) throw new TidemarkError('aborted');
    return heard;
  }
}
