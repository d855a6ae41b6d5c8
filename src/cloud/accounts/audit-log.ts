import type { AuditEvent, AuditKind } from '../../contract/index.ts';
import type { AuditCatalogue } from '../catalogue.ts';
import type { CloudLog } from '../options.ts';
import type { CoarseAddress, Places } from './places.ts';

interface About {
  /** What the device is called that did it. */
  readonly device?: string | null;
  readonly detail?: string | null;
  readonly from?: CoarseAddress | null;
}

export interface AuditLogOptions {
  readonly catalogue: AuditCatalogue;
  readonly places: Places;
  readonly now: () => number;
  readonly log: CloudLog;
}

/** What happened to the ways into an account, for the person whose it is. */
export class AuditLog {
  readonly #options: AuditLogOptions;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /**
   * Written after the answer went out: a refusal must take the same time whether or not there is an account to write it down for. So must
   * what is asked right after it: of no account, something is written as well.
   */
  note(accountNo: number | undefined, kind: AuditKind, about: About): void {
    this.#later(kind, about, async () => accountNo);
  }

  /** A wrong code, for whoever signs in with the address that it was sent to; also who that is, is looked for after the answer. */
  codeRefused(ownerOf: () => Promise<number | undefined>, from: CoarseAddress | null): void {
    this.#later('sign_in_refused', { detail: 'code', from }, ownerOf);
  }

  #later(kind: AuditKind, { device = null, detail = null, from = null }: About, accountOf: () => Promise<number | undefined>): void {
    const { catalogue, now, log } = this.#options;
    const entry = { at: now(), kind, device, detail, from };
    this.#writing = this.#writing
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(accountOf)
      .then((accountNo) => (accountNo === undefined ? catalogue.addOfNobody() : catalogue.add(accountNo, entry)))
      .catch((error: unknown) => log('error', 'the log of an account was not written', { cause: String(error) }));
  }

  /** The newest first. @param before the line of the last page; null: from the newest on */
  async list(accountNo: number, before: number | null, limit: number): Promise<readonly AuditEvent[]> {
    const { catalogue, places } = this.#options;
    await this.settled();
    return (await catalogue.list(accountNo, before, limit)).map(({ from, ...row }) => ({ ...row, place: places.placeOf(from) }));
  }

  /** All that was noted is written. */
  settled(): Promise<void> {
    return this.#writing;
  }
}
