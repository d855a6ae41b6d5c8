import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type Account,
  type AuditKind,
  type Authorization,
  type AuthorizeRequest,
  type Challenge,
  type CodeAddress,
  type CodeProof,
  type Device,
  type DeviceInfo,
  DeviceLimitError,
  type DeviceSync,
  type Grant,
  type PlanId,
  type Region,
  type Session,
  type SyncReport,
  TidemarkError,
} from '../../contract/index.ts';
import { minuteMs, secondMs } from '../../base/index.ts';
import type {
  AccountCatalogue,
  AccountRecord,
  ChoiceRecord,
  DeviceRecord,
  Ended,
  EndedBy,
  Entry,
  Evidence,
  Holder,
  IdentityKey,
  TokenPair,
} from '../catalogue.ts';
import { SEEN_MS } from '../drive/times.ts';
import { digestOf } from '../ids.ts';
import type { SignUpMode } from '../options.ts';
import type { Attempts } from './attempts.ts';
import type { AuditLog } from './audit-log.ts';
import { type Challenges, keyOf } from './challenges.ts';
import type { Granted, Grants } from './grants.ts';
import type { Keyring } from './keyring.ts';
import { requireStrong } from './password-strength.ts';
import { hashPassword, isPassword } from './passwords.ts';
import type { CoarseAddress, Places } from './places.ts';
import { endedError, inUse, usedUp } from './refusals.ts';
import type { PlanTerms } from './terms.ts';

export const ACCESS_MS = 15 * minuteMs;
/** For so long after a proof sensitive changes are possible. */
export const FRESH_MS = 10 * minuteMs;
/** For so long a proof stays good for choosing a device to sign out. */
const CHOICE_MS = 10 * minuteMs;
/** A network that changed is noted sooner than that the device was seen. */
const MOVED_MS = minuteMs;
/** Mere counts are noted this often. */
const COUNTS_MS = 10 * secondMs;

type FreshProof =
  | { readonly method: 'password'; readonly password: string }
  | { readonly method: 'code'; readonly proof: CodeProof }
  | { readonly method: 'grant'; readonly grant: Grant };
/** Who did something, as far as the log of the account names them. */
interface Actor {
  readonly account: Pick<AccountRecord, 'no'>;
  readonly device: Pick<DeviceRecord, 'name' | 'seenFrom'>;
}
/** A way to sign in that is to be added. */
type NewIdentity = { readonly proof: CodeProof } | { readonly grant: Grant };

export interface AccountsOptions {
  readonly catalogue: AccountCatalogue;
  readonly keyring: Keyring;
  readonly region: Region;
  readonly plan: PlanId;
  readonly signUp: SignUpMode;
  readonly bootstrapSecret: string | undefined;
  readonly attempts: Attempts;
  readonly audit: AuditLog;
  readonly challenges: Challenges;
  readonly terms: PlanTerms;
  readonly grants: Grants;
  readonly places: Places;
  readonly now: () => number;
  readonly newId: () => string;
  /** A device was signed out. */
  readonly onEnded: (deviceNo: number, by: EndedBy) => void;
}

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
type SignIn = {
  readonly device: DeviceInfo;
  readonly replaces?: string | undefined;
  readonly signOutDevice?: string | undefined;
} & (
  | { readonly method: 'password'; readonly email: string; readonly password: string }
  | { readonly method: 'code'; readonly proof: CodeProof }
  | { readonly method: 'grant'; readonly grant: Grant }
  | { readonly method: 'choice'; readonly choice: string }
);

/** Who signs in, and what is spent with it. */
interface Proved {
  readonly account: AccountRecord;
  readonly evidence?: Evidence;
  readonly choice?: Chosen;
  /** Now, where nothing is said. */
  readonly provedAt?: number;
}
type Chosen = { readonly token: string } & Pick<ChoiceRecord, 'expiresAt'>;

type Owned = NonNullable<Awaited<ReturnType<AccountCatalogue['byIdentity']>>>;

/** What signs in first, and what shows that it is theirs; null where it is believed. */
interface FirstIdentity {
  readonly key: IdentityKey;
  readonly label: string;
  readonly evidence: Evidence | null;
  readonly shownAt?: number;
}

interface FreshTokens {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly pair: TokenPair;
}

/** Accounts, sessions and devices. Throws TidemarkError with the code of the answer. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #catalogue: AccountCatalogue;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
  }

  async signUp(request: SignUp, from: CoarseAddress | null): Promise<Session> {
    const inviteHash = this.#admit(request);
    const { now, newId, plan, keyring } = this.#options;
    const at = now();
    const { key, label, evidence, shownAt = at } = await this.#firstIdentity(request, from);
    // Asked before the hashing only to answer early; `create` is what decides, also whether an invite is one.
    if (inviteHash === null && (await this.#catalogue.byIdentity(key)) !== undefined) throw inUse(key, label);
    const id = newId();
    const passwordHash = request.password === undefined ? null : await chosen(request.password, [key.subject, request.device.name]);
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
        return this.#startSession({ account: created, provedAt: shownAt }, request, from);
    }
  }

  async #firstIdentity(request: SignUp, from: CoarseAddress | null): Promise<FirstIdentity> {
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
    const session = await this.#startSession(proved, request, from).catch((error: unknown) => {
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
    await this.#claim(found, null, { challengeId: id }, deviceName);
    this.#options.audit.note(account.no, 'account_claimed', { device: deviceName, detail: identity.label, from });
    return { account: { ...account, passwordHash: null } };
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
    await this.#claim(found, null, evidence, deviceName);
    this.#options.audit.note(found.account.no, 'account_claimed', { device: deviceName, detail: found.identity.label, from });
    return { account: { ...found.account, passwordHash: null }, provedAt };
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
    await this.#claim(found, await chosen(password, [subject]), { challengeId: id }, null);
    this.#options.audit.note(found.account.no, 'password_reset', { detail: subject, from });
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
      this.#note(holder, 'proof_refused', given.method);
      throw error;
    });
    await this.#catalogue.proved(holder.device.no, provedAt);
    this.#note(holder, 'proved', given.method);
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

  /** Those that were signed out by whoever signs in. */
  #noteEnded(by: Actor, ended: readonly Ended[]): void {
    for (const one of ended) {
      this.#options.onEnded(one.no, one.by);
      if (one.by === 'revoked') this.#note(by, 'device_ended', one.name);
    }
  }

  #note({ account, device }: Actor, kind: AuditKind, detail: string | null): void {
    this.#options.audit.note(account.no, kind, { device: device.name, detail, from: device.seenFrom });
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
    this.#note(holder, 'identity_added', label);
  }

  async #newIdentity(holder: Holder, given: NewIdentity): Promise<FirstIdentity & { readonly evidence: Evidence }> {
    const { account, device } = holder;
    const { challenges, grants } = this.#options;
    if ('grant' in given) {
      const granted = await grants.check(given.grant, 'link', account.no);
      return { key: { kind: granted.kind, subject: granted.subject }, label: granted.label, evidence: evidenceOf(granted) };
    }
    const { id, kind, subject } = await challenges.check(given.proof, 'link', account.no, device.seenFrom).catch((error: unknown) => {
      if (error instanceof TidemarkError && error.code === 'code_wrong') this.#note(holder, 'proof_refused', 'code');
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
    this.#note(holder, 'identity_removed', label);
  }

  /** Whoever knew the old password is signed out; this device stays. */
  async setPassword(holder: Holder, password: string): Promise<void> {
    this.#requireFresh(holder);
    const { now, onEnded } = this.#options;
    // A password goes with an e-mail address.
    const identities = await this.#catalogue.identities(holder.account.no);
    if (!identities.some(({ kind }) => kind === 'email')) throw new TidemarkError('email_needed');
    const passwordHash = await chosen(password, [...identities.map(({ label }) => label), holder.device.name]);
    const ended = await this.#catalogue.setPassword(holder.account.no, passwordHash, holder.device, now());
    for (const deviceNo of ended) onEnded(deviceNo, 'revoked');
    this.#note(holder, 'password_set', null);
  }

  async #startSession(
    { account, evidence, choice, provedAt }: Proved,
    { device: info, replaces, signOutDevice }: Pick<SignIn, 'device' | 'replaces' | 'signOutDevice'>,
    from: CoarseAddress | null,
  ): Promise<Session> {
    const { now, newId } = this.#options;
    const at = now();
    const tokens = this.#freshTokens();
    const fresh = { token: `tmc_${randomBytes(32).toString('base64url')}`, expiresAt: at + CHOICE_MS };
    const entry: Entry = {
      evidence: evidence ?? null,
      choiceHash: choice === undefined ? null : digestOf(choice.token),
      replaces: replaces ?? null,
      signOut: signOutDevice ?? null,
      choice: { hash: digestOf(fresh.token), expiresAt: fresh.expiresAt },
    };
    const device = { ...info, id: newId(), createdAt: at, provedAt: provedAt ?? at, seenFrom: from };
    const entered = await this.#catalogue.addDevice(account.no, device, tokens.pair, entry);
    switch (entered.outcome) {
      case 'added':
        this.#noteEnded({ account, device: entered.device }, entered.ended);
        return this.#sessionOf({ account, device: entered.device }, tokens);
      case 'code_used':
        throw new TidemarkError('code_expired');
      case 'choice_over':
        throw new TidemarkError('choice_over');
      case 'device_limit': {
        this.#noteEnded({ account, device }, entered.ended);
        const devices = (await this.#catalogue.devices(account.no)).map((one) => this.#shown(one, null));
        // A choice that was in vain, or that has to be followed by another one, stays good.
        throw new DeviceLimitError({ limit: entered.limit }, { ...(choice ?? fresh), devices });
      }
    }
  }

  async refresh(refreshToken: string, from: CoarseAddress | null): Promise<Session> {
    const tokens = this.#freshTokens();
    const rotation = await this.#catalogue.rotate(digestOf(refreshToken), tokens.pair, this.#options.now(), from);
    switch (rotation.outcome) {
      case 'rotated':
        return this.#sessionOf(rotation, tokens);
      case 'unknown':
        throw new TidemarkError('session_expired');
      case 'ended':
        throw endedError(rotation.device);
      case 'reused':
        this.#options.onEnded(rotation.holder.device.no, 'reuse');
        this.#note(rotation.holder, 'token_reused', null);
        throw new TidemarkError('session_expired');
    }
  }

  /** Signing out twice, or with a token nobody knows, is no error (RFC 7009). */
  async signOut(refreshToken: string): Promise<void> {
    const holder = await this.#catalogue.byRefreshToken(digestOf(refreshToken));
    if (holder !== undefined) await this.endDevice(holder, holder.device.id, 'signed_out');
  }

  /** Whose access token this is. */
  async authenticate(accessToken: string, from: CoarseAddress | null): Promise<Holder> {
    const now = this.#options.now();
    const holder = await this.#catalogue.byAccessToken(digestOf(accessToken));
    // A token that was forgotten is an old one: the refresh that follows tells whether the session still is.
    if (holder === undefined) throw new TidemarkError('access_expired');
    if (holder.device.endedBy !== null) throw endedError(holder.device);
    if (holder.expiresAt <= now) throw new TidemarkError('access_expired');
    const isElsewhere = from !== null && from !== holder.device.seenFrom;
    if (now - holder.device.seenAt >= (isElsewhere ? MOVED_MS : SEEN_MS)) await this.#catalogue.seen(holder, now, from);
    return holder;
  }

  async me({ no }: AccountRecord): Promise<Account> {
    const account = await this.#catalogue.byNo(no);
    if (account === undefined) throw new TidemarkError('no_such_account');
    const { id, label, createdAt, passwordHash } = account;
    const identities = (await this.#catalogue.identities(account.no)).map(({ id: identityId, kind, label: shown, provedAt, addedAt }) => ({
      id: identityId,
      kind,
      label: shown,
      proved: provedAt !== null,
      addedAt,
    }));
    const { region, terms } = this.#options;
    return { id, label, identities, hasPassword: passwordHash !== null, region, createdAt, ...(await terms.of(account)) };
  }

  async devices(holder: Holder): Promise<Device[]> {
    const devices = await this.#catalogue.devices(holder.account.no);
    return devices.map((device) => this.#shown(device, holder));
  }

  /** What a device tells of itself; written down when it says something new. */
  async told({ device }: Holder, report: SyncReport): Promise<void> {
    const { now } = this.#options;
    const at = now();
    const before = device.sync;
    const isOther = before?.sync !== report.sync;
    const isCounted = before?.waiting !== report.waiting || before.issues !== report.issues;
    if (!isOther && !(isCounted && at - before.at >= COUNTS_MS)) return;
    // It had all until a moment ago.
    const syncedAt = report.sync !== 'up_to_date' && before?.sync === 'up_to_date' ? at : device.syncedAt;
    await this.#catalogue.told(device.no, report, at, syncedAt);
  }

  /** @param asking null: nobody who is signed in */
  #shown(device: DeviceRecord, asking: Holder | null): Device {
    const { id, name, platform, appVersion, createdAt, seenAt, seenFrom } = device;
    const place = this.#options.places.placeOf(seenFrom);
    return {
      id,
      name,
      platform,
      appVersion,
      createdAt,
      lastSeenAt: seenAt,
      current: id === asking?.device.id,
      place,
      sync: syncOf(device),
    };
  }

  async renameDevice(holder: Holder, id: string, name: string): Promise<Device> {
    const device = await this.#catalogue.renameDevice(holder.account.no, id, name);
    if (device === undefined) throw new TidemarkError('not_found');
    return this.#shown(device, holder);
  }

  /** False when the account has no such device. */
  async endDevice(holder: Holder, id: string, by: EndedBy): Promise<boolean> {
    const { account, device } = holder;
    const ending = (await this.#catalogue.devices(account.no)).find((one) => one.id === id);
    const deviceNo = await this.#catalogue.endDevice(account.no, id, by, this.#options.now(), device.name);
    if (deviceNo === undefined) return false;
    this.#options.onEnded(deviceNo, by);
    if (by === 'signed_out') this.#note(holder, 'signed_out', null);
    else this.#note(holder, 'device_ended', ending?.name ?? null);
    return true;
  }

  #freshTokens(): FreshTokens {
    const refreshToken = `tmr_${randomBytes(32).toString('base64url')}`;
    const accessToken = `tma_${randomBytes(32).toString('base64url')}`;
    const accessExpiresAt = this.#options.now() + ACCESS_MS;
    return { refreshToken, accessToken, pair: { refreshHash: digestOf(refreshToken), accessHash: digestOf(accessToken), accessExpiresAt } };
  }

  async #sessionOf({ account, device }: Holder, tokens: FreshTokens): Promise<Session> {
    const { accessToken, refreshToken, pair } = tokens;
    const who = { accountId: account.id, deviceId: device.id, label: account.label, region: this.#options.region };
    const issuedAt = pair.accessExpiresAt - ACCESS_MS;
    const terms = await this.#options.terms.of(account);
    return { ...who, issuedAt, accessToken, accessExpiresAt: pair.accessExpiresAt, refreshToken, ...terms };
  }
}

/** The hash of a password that somebody chose. @param words see `requireStrong`, which this throws as */
async function chosen(password: string, words: readonly string[]): Promise<string> {
  await requireStrong(password, words);
  return hashPassword(password);
}

/** What was checked for a password: another one since makes what it allowed worthless. */
export const passwordMark = (account: AccountRecord | undefined): string | null =>
  account?.passwordHash === undefined || account.passwordHash === null ? null : digestOf(account.passwordHash);

const evidenceOf = ({ no, how, evidence }: Granted): Evidence => ({
  authorizationNo: no,
  ...(how === 'code' && evidence !== null ? { challengeId: evidence } : {}),
});

function syncOf({ sync, syncedAt, seenAt }: DeviceRecord): DeviceSync | null {
  if (sync === null) return null;
  const { sync: state, waiting, issues, at } = sync;
  return { state, waiting, issues, at, upToDateAt: state === 'up_to_date' ? Math.max(at, seenAt) : syncedAt };
}

/** Compares digests, so that neither content nor length shows in the time. */
const isSame = (given: string, secret: string): boolean => timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(secret)));
