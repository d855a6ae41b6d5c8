import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type CodeProof, type DeviceInfo, DeviceLimitError, type Grant, type Session, TidemarkError } from '../../contract/index.ts';
import type { AccountCatalogue, AccountRecord, Evidence } from '../catalogue.ts';
import { digestOf } from '../ids.ts';
import type { AccountsOptions } from './account-parts.ts';
import { evidenceOf, passwordMark, type ShownIdentity } from './evidence.ts';
import { hashChosen, isPassword } from './passwords.ts';
import type { CoarseAddress } from './places.ts';
import { inUse, usedUp } from './refusals.ts';
import type { Newcomer, Proved, Sessions } from './sessions.ts';

interface Admission {
  readonly bootstrapSecret?: string | undefined;
  readonly invite?: string | undefined;
}
/** With an e-mail address and a password, with a code, with all three, or with what another service said. */
interface SignUp extends Admission {
  readonly device: DeviceInfo;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly proof?: CodeProof | undefined;
  readonly grant?: Grant | undefined;
}
type SignIn = Newcomer &
  (
    | { readonly method: 'password'; readonly email: string; readonly password: string }
    | { readonly method: 'code'; readonly proof: CodeProof }
    | { readonly method: 'grant'; readonly grant: Grant }
    | { readonly method: 'choice'; readonly choice: string }
  );

type Owned = NonNullable<Awaited<ReturnType<AccountCatalogue['byIdentity']>>>;

/** Signing up and in, for whoever is not signed in. */
export class Entrance {
  readonly #options: AccountsOptions;
  readonly #catalogue: AccountCatalogue;
  readonly #sessions: Sessions;

  constructor(options: AccountsOptions, sessions: Sessions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
    this.#sessions = sessions;
  }

  async signUp(request: SignUp, from: CoarseAddress | null): Promise<Session> {
    const inviteHash = this.#admit(request);
    const { now, newId, plan, keyring } = this.#options;
    const at = now();
    const { key, label, evidence, shownAt = at } = await this.#firstIdentity(request, from);
    // Asked before the hashing only to answer early; `create` is what decides, also whether an invite is one.
    if (inviteHash === null && (await this.#catalogue.byIdentity(key)) !== undefined) throw inUse(key, label);
    const id = newId();
    const passwordHash = request.password === undefined ? null : await hashChosen(request.password, [key.subject, request.device.name]);
    const account = { id, passwordHash, plan, createdAt: at, activeAt: at, wrappedKey: keyring.newKey(id) };
    const provedAt = evidence === null ? null : at;
    const first = { ...key, id: newId(), label, provedAt, addedAt: at };
    const created = await this.#catalogue.create(account, first, newId(), { inviteHash, evidence });
    switch (created) {
      case 'identity_in_use':
        throw inUse(key, label);
      case 'invite_required':
        throw new TidemarkError('invite_required');
      case 'code_used':
        throw usedUp(request);
      default:
        this.#options.audit.note(created.no, 'signed_up', { device: request.device.name, detail: label, from });
        return this.#sessions.start({ account: created, provedAt: shownAt }, request, from);
    }
  }

  async #firstIdentity(request: SignUp, from: CoarseAddress | null): Promise<ShownIdentity> {
    const { challenges, grants } = this.#options;
    const { email, proof, grant } = request;
    if (grant !== undefined) {
      const granted = await grants.check(grant, 'enter', null);
      // A password was checked for an account that there was, and says nothing of whose the address is.
      if (granted.how === 'password') throw new TidemarkError('sign_in_used');
      return {
        key: { kind: granted.kind, subject: granted.subject },
        label: granted.label,
        evidence: evidenceOf(granted),
        shownAt: granted.provedAt,
      };
    }
    if (proof === undefined) {
      if (email === undefined) throw new TidemarkError('email_invalid');
      // Else anybody could have an account under somebody else's address.
      if (challenges.serves('email')) throw new TidemarkError('proof_required');
      return { key: { kind: 'email', subject: email }, label: email, evidence: null };
    }
    const { id, kind, subject } = await challenges.check(proof, 'enter', null, from);
    if (email !== undefined && (kind !== 'email' || subject !== email)) throw new TidemarkError('proof_required');
    return { key: { kind, subject }, label: subject, evidence: { challengeId: id } };
  }

  /** The hash of the invite to use up, or null. */
  #admit(request: Admission): string | null {
    const { signUp, bootstrapSecret } = this.#options;
    switch (signUp) {
      case 'open':
        return null;
      case 'closed':
        throw new TidemarkError('sign_up_closed');
      case 'bootstrap':
        if (bootstrapSecret === undefined || !isSame(request.bootstrapSecret ?? '', bootstrapSecret))
          throw new TidemarkError('bootstrap_secret_required');
        return null;
      case 'invite':
        if (request.invite === undefined) throw new TidemarkError('invite_required');
        return digestOf(request.invite);
    }
  }

  async newInvite(): Promise<string> {
    const invite = randomBytes(18).toString('base64url');
    await this.#catalogue.addInvite(digestOf(invite), this.#options.now());
    return invite;
  }

  /** Throws DeviceLimitError where the plan takes no more devices. */
  async signIn(request: SignIn, from: CoarseAddress | null): Promise<Session> {
    const proved = await this.#proved(request, from);
    const session = await this.#sessions.start(proved, request, from).catch((error: unknown) => {
      // Whoever had the right password, or code, is told of also where they did not get in.
      if (error instanceof DeviceLimitError)
        this.#options.audit.note(proved.account.no, 'sign_in_refused', { device: request.device.name, detail: error.code, from });
      throw error;
    });
    this.#options.audit.note(proved.account.no, 'signed_in', { device: request.device.name, detail: request.method, from });
    return session;
  }

  async #proved(request: SignIn, from: CoarseAddress | null): Promise<Proved> {
    switch (request.method) {
      case 'password':
        return { account: await this.byPassword(request.email, request.password, from) };
      case 'code':
        return this.#byCode(request.proof, request.device.name, from);
      case 'grant':
        return this.#byGrant(request.grant, request.device.name, from);
      case 'choice': {
        const found = await this.#catalogue.choice(digestOf(request.choice), this.#options.now());
        if (found === undefined) throw new TidemarkError('choice_over');
        const { account, provedAt, expiresAt } = found;
        return { account, provedAt, choice: { token: request.choice, expiresAt } };
      }
    }
  }

  async byPassword(email: string, password: string, from: CoarseAddress | null): Promise<AccountRecord> {
    const { attempts } = this.#options;
    const key = { kind: 'email', subject: email } as const;
    // Counted apart where the devices of the account are: a stranger who guesses does not lock the owner out.
    const guesses = from !== null && (await this.#catalogue.isAtHome(key, from)) ? `${email} ${from}` : email;
    attempts.begin(guesses);
    const found = await this.#catalogue.byIdentity(key);
    if (!(await isPassword(found?.account.passwordHash ?? undefined, password)) || found === undefined) {
      this.#options.audit.note(found?.account.no, 'sign_in_refused', { detail: 'password', from });
      throw new TidemarkError('invalid_credentials');
    }
    attempts.succeeded(guesses);
    return found.account;
  }

  async #byCode(proof: CodeProof, deviceName: string, from: CoarseAddress | null): Promise<Proved> {
    const { challenges } = this.#options;
    const { id, kind, subject } = await challenges.check(proof, 'enter', null, from);
    const found = await this.#catalogue.byIdentity({ kind, subject });
    // The address is proved; the code stays good, so that signing up with it takes no other one.
    if (found === undefined) throw new TidemarkError('no_such_account');
    const { account, identity } = found;
    if (identity.provedAt !== null) return { account, evidence: { challengeId: id } };
    return { account: await this.#takeOver(found, { challengeId: id }, deviceName, from) };
  }

  async #byGrant(grant: Grant, deviceName: string, from: CoarseAddress | null): Promise<Proved> {
    const granted = await this.#options.grants.check(grant, 'enter', null);
    const found = await this.#catalogue.byIdentity(granted);
    if (granted.how === 'password' && granted.evidence !== passwordMark(found?.account)) throw new TidemarkError('sign_in_used');
    // Somebody of that name was proved, and it stays so: an account can be made without going there again.
    if (found === undefined) throw new TidemarkError('no_such_account');
    // A code that was mailed goes with it: it would sign in once more.
    const evidence = evidenceOf(granted);
    const { provedAt } = granted;
    if (granted.how !== 'code' || found.identity.provedAt !== null) return { account: found.account, evidence, provedAt };
    return { account: await this.#takeOver(found, evidence, deviceName, from), provedAt };
  }

  /** The first proof of an address that whoever made the account had not proved. */
  async #takeOver(owned: Owned, evidence: Evidence, deviceName: string, from: CoarseAddress | null): Promise<AccountRecord> {
    const { account, identity } = owned;
    await this.#claim(owned, null, evidence, deviceName);
    this.#options.audit.note(account.no, 'account_claimed', { device: deviceName, detail: identity.label, from });
    return { ...account, passwordHash: null };
  }

  /** Whoever was signed in has to sign in again. */
  async #claim({ account, identity }: Owned, passwordHash: string | null, evidence: Evidence, from: string | null): Promise<void> {
    const { now, onEnded } = this.#options;
    const ended = await this.#catalogue.claim(account.no, identity.id, passwordHash, evidence, now(), from);
    if (ended === 'code_used') throw new TidemarkError('code_expired');
    for (const deviceNo of ended) onEnded(deviceNo, 'revoked');
  }

  /** A new password for the account of an address that was proved; whoever was signed in has to sign in again. */
  async resetPassword(
    { proof, password }: { readonly proof: CodeProof; readonly password: string },
    from: CoarseAddress | null,
  ): Promise<void> {
    const { id, kind, subject } = await this.#options.challenges.check(proof, 'reset', null, from);
    const found = await this.#catalogue.byIdentity({ kind, subject });
    if (found === undefined) throw new TidemarkError('no_such_account');
    await this.#claim(found, await hashChosen(password, [subject]), { challengeId: id }, null);
    this.#options.audit.note(found.account.no, 'password_reset', { detail: subject, from });
  }
}

/** Compares digests, so that neither content nor length shows in the time. */
const isSame = (given: string, secret: string): boolean => timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(secret)));
