import { minuteMs } from '../../base/index.ts';
import {
  type Authorization,
  type AuthorizeRequest,
  type Challenge,
  type CodeAddress,
  type CodeProof,
  type Grant,
  TidemarkError,
} from '../../contract/index.ts';
import type { AccountCatalogue, Evidence, Holder } from '../catalogue.ts';
import { type AccountsOptions, note } from './account-parts.ts';
import { keyOf } from './challenges.ts';
import { evidenceOf, type ShownIdentity } from './evidence.ts';
import { hashChosen, isPassword } from './passwords.ts';
import { usedUp } from './refusals.ts';

/** For so long after a proof sensitive changes are possible. */
export const FRESH_MS = 10 * minuteMs;

type FreshProof =
  | { readonly method: 'password'; readonly password: string }
  | { readonly method: 'code'; readonly proof: CodeProof }
  | { readonly method: 'grant'; readonly grant: Grant };
/** A way to sign in that is to be added. */
type NewIdentity = { readonly proof: CodeProof } | { readonly grant: Grant };

/** The ways into an account, changed by whoever is signed in and has shown just now who that is. */
export class WaysIn {
  readonly #options: AccountsOptions;
  readonly #catalogue: AccountCatalogue;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
  }

  /** A code to one of the account's own addresses, or to one that is to be added. */
  async ownChallenge(holder: Holder, to: CodeAddress, purpose: 'link' | 'prove', language: string | undefined): Promise<Challenge> {
    const { no } = holder.account;
    const key = keyOf(to);
    if (purpose === 'prove' && !(await this.#catalogue.identities(no)).some((one) => one.kind === key.kind && one.subject === key.subject))
      throw new TidemarkError('not_found');
    return this.#options.challenges.issue({ to, purpose, language, accountNo: no, from: holder.device.seenFrom });
  }

  /** A trip of the browser for whoever is signed in. */
  async ownAuthorization(holder: Holder, request: AuthorizeRequest, purpose: 'link' | 'prove'): Promise<Authorization> {
    // Before the trip, so that it is not for nothing; decided is it when something is added.
    if (purpose === 'link') this.#requireFresh(holder);
    return this.#options.grants.begin(request, purpose, holder.account.no);
  }

  async prove(holder: Holder, given: FreshProof): Promise<void> {
    const provedAt = await this.#prove(holder, given).catch((error: unknown) => {
      note(this.#options, holder, 'proof_refused', given.method);
      throw error;
    });
    await this.#catalogue.proved(holder.device.no, provedAt);
    note(this.#options, holder, 'proved', given.method);
  }

  /** When it was shown. */
  async #prove({ account, device }: Holder, given: FreshProof): Promise<number> {
    const { attempts, challenges, grants, now } = this.#options;
    if (given.method === 'password') {
      // Whoever took the device guesses no faster than at the door.
      attempts.begin(account.id);
      if (!(await isPassword(account.passwordHash ?? undefined, given.password))) throw new TidemarkError('invalid_credentials');
      attempts.succeeded(account.id);
    } else if (given.method === 'grant') {
      const granted = await grants.check(given.grant, 'prove', account.no);
      await grants.use(granted);
      if ((await this.#catalogue.byIdentity(granted))?.account.no !== account.no) throw new TidemarkError('identity_not_yours');
      return granted.provedAt;
    } else {
      const { id } = await challenges.check(given.proof, 'prove', account.no, device.seenFrom);
      if (!(await this.#catalogue.useChallenge(id, now()))) throw new TidemarkError('code_expired');
    }
    return now();
  }

  /** Signing in is a proof too. */
  #requireFresh({ device }: Holder): void {
    const age = this.#options.now() - (device.provedAt ?? Number.NEGATIVE_INFINITY);
    if (age < 0 || age > FRESH_MS) throw new TidemarkError('reauth_required');
  }

  async addIdentity(holder: Holder, given: NewIdentity): Promise<void> {
    this.#requireFresh(holder);
    const { now, newId } = this.#options;
    const { key, label, evidence } = await this.#newIdentity(holder, given);
    const identity = { ...key, id: newId(), label, provedAt: now(), addedAt: now() };
    const outcome = await this.#catalogue.addIdentity(holder.account.no, identity, evidence);
    if (outcome === 'code_used') throw usedUp(given);
    if (outcome === 'identity_in_use') throw new TidemarkError('identity_in_use', { label });
    note(this.#options, holder, 'identity_added', label);
  }

  async #newIdentity(holder: Holder, given: NewIdentity): Promise<ShownIdentity & { readonly evidence: Evidence }> {
    const { account, device } = holder;
    const { challenges, grants } = this.#options;
    if ('grant' in given) {
      const granted = await grants.check(given.grant, 'link', account.no);
      return { key: { kind: granted.kind, subject: granted.subject }, label: granted.label, evidence: evidenceOf(granted) };
    }
    const { id, kind, subject } = await challenges.check(given.proof, 'link', account.no, device.seenFrom).catch((error: unknown) => {
      if (error instanceof TidemarkError && error.code === 'code_wrong') note(this.#options, holder, 'proof_refused', 'code');
      throw error;
    });
    return { key: { kind, subject }, label: subject, evidence: { challengeId: id } };
  }

  async removeIdentity(holder: Holder, id: string): Promise<void> {
    this.#requireFresh(holder);
    const { no } = holder.account;
    const label = (await this.#catalogue.identities(no)).find((one) => one.id === id)?.label ?? null;
    const outcome = await this.#catalogue.removeIdentity(no, id);
    if (outcome !== 'removed') throw new TidemarkError(outcome);
    note(this.#options, holder, 'identity_removed', label);
  }

  /** Whoever knew the old password is signed out; this device stays. */
  async setPassword(holder: Holder, password: string): Promise<void> {
    this.#requireFresh(holder);
    const { now, onEnded } = this.#options;
    // A password goes with an e-mail address.
    const identities = await this.#catalogue.identities(holder.account.no);
    if (!identities.some(({ kind }) => kind === 'email')) throw new TidemarkError('email_needed');
    const passwordHash = await hashChosen(password, [...identities.map(({ label }) => label), holder.device.name]);
    const ended = await this.#catalogue.setPassword(holder.account.no, passwordHash, holder.device, now());
    for (const deviceNo of ended) onEnded(deviceNo, 'revoked');
    note(this.#options, holder, 'password_set', null);
  }
}
