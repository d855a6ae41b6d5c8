import { type Account, TidemarkError } from '../../contract/index.ts';
import type { AccountRecord } from '../catalogue.ts';
import type { AccountsOptions } from './account-parts.ts';
import { Devices } from './devices.ts';
import { Entrance } from './entrance.ts';
import { Sessions } from './sessions.ts';
import { WaysIn } from './ways-in.ts';

/** Accounts, sessions and devices. Throws TidemarkError with the code of the answer. */
export class Accounts {
  readonly entrance: Entrance;
  readonly waysIn: WaysIn;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.devices = new Devices(options);
    this.sessions = new Sessions(options, this.devices);
    this.waysIn = new WaysIn(options);
    this.entrance = new Entrance(options, this.sessions);
  }

  async me({ no }: AccountRecord): Promise<Account> {
    const account = await this.#options.catalogue.byNo(no);
    if (account === undefined) throw new TidemarkError('no_such_account');
    const { id, label, createdAt, passwordHash } = account;
    const identities = (await this.#options.catalogue.identities(account.no)).map(
      ({ id: identityId, kind, label: shown, provedAt, addedAt }) => ({
        id: identityId,
        kind,
        label: shown,
        proved: provedAt !== null,
        addedAt,
      }),
    );
    const { region, terms } = this.#options;
    return { id, label, identities, hasPassword: passwordHash !== null, region, createdAt, ...(await terms.of(account)) };
  }
}
