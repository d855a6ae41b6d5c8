import type {
  AccountSettings,
  AuditEvent,
  BlockRef,
  CloudFile,
  CloudNode,
  CodePurpose,
  CommitEntry,
  CommitResult,
  DeltaEntry,
  DeviceInfo,
  DuplicateGroup,
  Freed,
  ErrorCode,
  IdentityKind,
  LargeFile,
  PlanId,
  Provider,
  SettingValues,
  SyncReport,
  VersionedFile,
} from '../contract/index.ts';
import type { CoarseAddress } from './accounts/places.ts';
import type { PlanRow } from './options.ts';

/**
 * What the cloud knows: accounts, devices, tokens, drives and which blocks they use. Every method is one transaction
 * of its own, durable when it resolves. Numbers named `no` are the store's own and never leave the server.
 */
export interface Catalogue {
  readonly accounts: AccountCatalogue;
  readonly authorizations: AuthorizationCatalogue;
  readonly drives: DriveCatalogue;
  readonly blocks: BlockCatalogue;
  readonly settings: SettingsCatalogue;
  readonly audit: AuditCatalogue;
  close(): Promise<void>;
}

export interface AccountRecord {
  readonly no: number;
  readonly id: string;
  /** How it is shown: its e-mail address, else its number, else what a service calls the person. */
  readonly label: string;
  /** null: none was set; only other ways sign in. */
  readonly passwordHash: string | null;
  readonly plan: PlanId;
  readonly createdAt: number;
  /** Last sign-in or sync. */
  readonly activeAt: number;
  /** The account's block key, sealed with the server's. */
  readonly wrappedKey: Buffer;
}

/** What tells a way to sign in from all others of its kind: the address, the number in E.164, a service's own id of the person. */
export interface IdentityKey {
  readonly kind: IdentityKind;
  readonly subject: string;
}

export interface IdentityRecord extends IdentityKey {
  readonly id: string;
  readonly label: string;
  readonly provedAt: number | null;
  readonly addedAt: number;
}

/** A code that was sent. */
export interface ChallengeRecord extends IdentityKey {
  readonly id: string;
  readonly purpose: CodePurpose;
  /** Whose, where somebody who is signed in asked for it. */
  readonly accountNo: number | null;
  /** The network that it was asked for from. */
  readonly cameFrom: CoarseAddress | null;
  readonly codeHash: string;
  readonly sentAt: number;
  readonly expiresAt: number;
  readonly failures: number;
  readonly usedAt: number | null;
}

/** What shows who somebody is, and is used up by what it allows: a code that was sent, or a sign-in in a browser. */
export type Evidence = { readonly challengeId: string } | { readonly authorizationNo: number; readonly challengeId?: string };

/** Who finished a sign-in in a browser. */
export interface AuthorizationOutcome extends IdentityKey {
  readonly label: string;
  readonly how: 'provider' | 'password' | 'code';
  /** The code that was right; or what the password was checked against, as a digest. */
  readonly evidence: string | null;
  /** When they showed it, as far as a service tells. */
  readonly provedAt: number;
}

/** A sign-in that a person finishes in a browser. */
export interface AuthorizationRecord {
  readonly no: number;
  /** On the machine that began it, or anywhere while a device waits (RFC 8628). */
  readonly flow: 'browser' | 'device';
  readonly purpose: 'enter' | 'link' | 'prove';
  readonly accountNo: number | null;
  /** Of a trip that is under way, else of what was asked for. */
  readonly provider: Provider | null;
  readonly redirectUri: string | null;
  readonly clientState: string | null;
  readonly codeChallenge: string | null;
  readonly deviceName: string | null;
  readonly platform: string | null;
  /** Where a device waits, as the person is shown it. */
  readonly place: CoarseAddress | null;
  readonly tripBrowser: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly intervalMs: number;
  readonly polledAt: number | null;
  readonly outcome: AuthorizationOutcome | null;
  readonly refusal: ErrorCode | null;
  readonly settledAt: number | null;
  readonly usedAt: number | null;
}

type Blank = 'no' | 'tripBrowser' | 'polledAt' | 'outcome' | 'refusal' | 'settledAt' | 'usedAt';
/** One that begins. The two are hashes. */
export type NewAuthorization = Omit<AuthorizationRecord, Blank> & { readonly request: string; readonly userCode: string | null };

/** All keys are hashes of what is secret. */
export interface AuthorizationCatalogue {
  add(authorization: NewAuthorization): Promise<void>;
  find(by: 'request' | 'user_code' | 'page' | 'trip' | 'code', hash: string): Promise<AuthorizationRecord | undefined>;
  /** From now on this browser finishes it; one that had it before does not. */
  openPage(no: number, page: string): Promise<void>;
  beginTrip(no: number, provider: Provider, trip: string, browser: string): Promise<void>;
  /** False when somebody was faster: a trip ends once. */
  endTrip(no: number, trip: string): Promise<boolean>;
  polled(no: number, at: number, intervalMs: number): Promise<void>;
  /** Once only; the code gets it until `expiresAt`. False when it was settled before. */
  settle(
    no: number,
    how: AuthorizationOutcome | { readonly refusal: ErrorCode },
    code: string | null,
    at: number,
    expiresAt: number,
  ): Promise<boolean>;
  /** False when it was used before. */
  use(no: number, at: number): Promise<boolean>;
}

/** How a device's session came to its end. */
export type EndedBy = 'revoked' | 'reuse' | 'signed_out';

export interface DeviceRecord extends DeviceInfo {
  readonly no: number;
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
  /** When whoever holds it last showed who they are. */
  readonly provedAt: number | null;
  readonly seenFrom: CoarseAddress | null;
  /** What it told of its sync last. */
  readonly sync: (SyncReport & { readonly at: number }) | null;
  /** When it last had all, before what it told last. */
  readonly syncedAt: number | null;
  readonly endedBy: EndedBy | null;
  /** What the device is called that ended this one. */
  readonly endedFrom: string | null;
}

/** A device as it signs in. */
export type NewDevice = Pick<DeviceRecord, 'id' | 'name' | 'platform' | 'appVersion' | 'createdAt' | 'provedAt' | 'seenFrom'>;

/** What comes with a new device. */
export interface Entry {
  /** Spent with it. */
  readonly evidence: Evidence | null;
  /** Instead of a proof; spent with it, and good still where it was in vain. */
  readonly choiceHash: string | null;
  /** What the device was before. */
  readonly replaces: string | null;
  readonly signOut: string | null;
  /** Given where the plan takes no more devices: the proof is spent, and this stands for it. */
  readonly choice: { readonly hash: string; readonly expiresAt: number };
}

export interface Ended {
  readonly no: number;
  readonly name: string;
  readonly by: EndedBy;
}

/** What came of it. `ended` are those that are signed out now. */
export type Entered =
  | { readonly outcome: 'added'; readonly device: DeviceRecord; readonly ended: readonly Ended[] }
  /** Where an account has more than its plan takes by now, the one that was chosen goes, and others still have to. */
  | { readonly outcome: 'device_limit'; readonly limit: number; readonly ended: readonly Ended[] }
  | { readonly outcome: 'code_used' }
  | { readonly outcome: 'choice_over' };

/** When whoever has it showed who they are, and how long it is good. */
export interface ChoiceRecord {
  readonly provedAt: number;
  readonly expiresAt: number;
}

export interface Holder {
  readonly account: AccountRecord;
  readonly device: DeviceRecord;
}

/** Tokens as they are kept: by their hash. */
export interface TokenPair {
  readonly refreshHash: string;
  readonly accessHash: string;
  readonly accessExpiresAt: number;
}

export type Rotation =
  | ({ readonly outcome: 'rotated' } & Holder)
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'ended'; readonly device: DeviceRecord }
  /** Someone had this token before: the whole family is ended. */
  | { readonly outcome: 'reused'; readonly holder: Holder };

/** Of the messages that the documents of an account will go. */
export interface Warning {
  /** `activeAt` of the account when it was sent: another one means that somebody came since. */
  readonly activeAt: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Which was the last: the days before the date. */
  readonly days: number;
}

/** A row of the catalogue of plans. */
export interface PlanRecord extends Required<PlanRow> {
  /** The program's own, and not one that the operator gave. */
  readonly builtIn: boolean;
}

export interface AccountCatalogue {
  /** Those that are offered, the smallest first. */
  plans(): Promise<readonly PlanRecord[]>;
  /** Accounts that have anything in their drive and were not active after then. */
  inactive(before: number): Promise<readonly { readonly account: AccountRecord; readonly warning: Warning | undefined }[]>;
  warning(accountNo: number): Promise<Warning | undefined>;
  warned(accountNo: number, warning: Warning): Promise<void>;
  /** With its first way to sign in. The invite and the evidence that came with it are used up together with it. */
  create(
    account: Omit<AccountRecord, 'no' | 'label'>,
    first: IdentityRecord,
    epoch: string,
    used: { readonly inviteHash: string | null; readonly evidence: Evidence | null },
  ): Promise<AccountRecord | 'identity_in_use' | 'invite_required' | 'code_used'>;
  byIdentity(key: IdentityKey): Promise<{ readonly account: AccountRecord; readonly identity: IdentityRecord } | undefined>;
  byNo(accountNo: number): Promise<AccountRecord | undefined>;
  /** The oldest first. */
  identities(accountNo: number): Promise<readonly IdentityRecord[]>;
  addInvite(hash: string, at: number): Promise<void>;
  /** Counts those of the plan, spends the proof, signs others out and adds this one, all or none of it. */
  addDevice(accountNo: number, device: NewDevice, tokens: TokenPair, entry: Entry): Promise<Entered>;
  /** Whose choice it is. */
  choice(hash: string, at: number): Promise<({ readonly account: AccountRecord } & ChoiceRecord) | undefined>;
  /** Those that are signed in, the oldest first. */
  devices(accountNo: number): Promise<readonly DeviceRecord[]>;
  renameDevice(accountNo: number, id: string, name: string): Promise<DeviceRecord | undefined>;
  /** Ends its tokens with it. Answers its number, or undefined when there is no such signed-in device. */
  endDevice(accountNo: number, id: string, by: EndedBy, at: number, from: string | null): Promise<number | undefined>;
  byAccessToken(hash: string): Promise<(Holder & { readonly expiresAt: number }) | undefined>;
  byRefreshToken(hash: string): Promise<Holder | undefined>;
  rotate(refreshHash: string, fresh: TokenPair, at: number, from: CoarseAddress | null): Promise<Rotation>;
  seen(holder: Holder, at: number, from: CoarseAddress | null): Promise<void>;
  told(deviceNo: number, report: SyncReport, at: number, syncedAt: number | null): Promise<void>;
  proved(deviceNo: number, at: number): Promise<void>;
  /** Whether a device of the account that signs in with this was last seen in that network. */
  isAtHome(key: IdentityKey, from: CoarseAddress): Promise<boolean>;
  addChallenge(challenge: ChallengeRecord): Promise<void>;
  /** Those to this address since then, the newest first. */
  challengesTo(key: IdentityKey, since: number): Promise<readonly ChallengeRecord[]>;
  /**
   * Takes one of the tries before the code is looked at, so that of several that come at once each costs one. Undefined when
   * there is no such code, or it was used, is over, or has no try left.
   */
  tryChallenge(id: string, tries: number, at: number): Promise<ChallengeRecord | undefined>;
  /** It was the right one: gives the try back. */
  challengeMet(id: string): Promise<void>;
  /** False when it was used before. */
  useChallenge(id: string, at: number): Promise<boolean>;
  addIdentity(accountNo: number, identity: IdentityRecord, evidence: Evidence): Promise<'added' | 'identity_in_use' | 'code_used'>;
  /** With the last e-mail address the password goes too: nothing would go with it any more. */
  removeIdentity(accountNo: number, id: string): Promise<'removed' | 'not_found' | 'last_identity'>;
  /** Ends all devices but one. Answers those. */
  setPassword(accountNo: number, passwordHash: string, kept: DeviceRecord, at: number): Promise<readonly number[]>;
  /**
   * The code of one of its addresses sets the password anew, or away (null), and ends all its devices. With the first proof of
   * an address the other ways to sign in go as well: whoever made the account may have been somebody else. Answers the devices.
   */
  claim(
    accountNo: number,
    identityId: string,
    passwordHash: string | null,
    evidence: Evidence,
    at: number,
    from: string | null,
  ): Promise<readonly number[] | 'code_used'>;
  /** Forgets tokens and invites that can no longer matter. */
  purge(at: number): Promise<void>;
}

/** Settings that follow an account. */
export interface SettingsCatalogue {
  read(accountNo: number): Promise<AccountSettings>;
  /** Sets these keys and keeps the others; null when there would be more than `most`, or more bytes of them as JSON. */
  change(
    accountNo: number,
    values: SettingValues,
    most: { readonly count: number; readonly bytes: number },
  ): Promise<AccountSettings | null>;
}

/** One line, before it is one. */
export interface AuditEntry extends Pick<AuditEvent, 'at' | 'kind' | 'device' | 'detail'> {
  readonly from: CoarseAddress | null;
}

export interface AuditRecord extends AuditEntry, Pick<AuditEvent, 'no' | 'times'> {}

/** What happened to the ways into an account, for the person whose it is. */
export interface AuditCatalogue {
  /** Refusals that follow one another within an hour are one line with a count. They push out older refusals and nothing else. */
  add(accountNo: number, entry: AuditEntry): Promise<void>;
  /** A refusal that is nobody's: counted, and takes as long. */
  addOfNobody(): Promise<void>;
  /** The newest first. @param before the line of the last page; null: from the newest on */
  list(accountNo: number, before: number | null, limit: number): Promise<readonly AuditRecord[]>;
  /** Forgets what is half a year old. */
  purge(at: number): Promise<void>;
}

/** In whose name a drive is changed. */
export interface Author {
  readonly accountNo: number;
  readonly deviceNo: number | null;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
}

export interface CommitJob {
  readonly idempotencyKey: string;
  readonly bodyHash: string;
  readonly entries: readonly CommitEntry[];
}

export type CommitOutcome =
  { readonly outcome: 'done'; readonly results: readonly CommitResult[]; readonly changed: boolean } | { readonly outcome: 'key_reused' };

export interface DeltaPage {
  readonly entries: readonly DeltaEntry[];
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly epoch: string;
  readonly snapshot: boolean;
}

/** Why a cursor cannot be read on from. `cursor_forked`: it is of a history that a restored backup undid. */
export type CursorGone = 'cursor_gone' | 'cursor_forked';

/** Bytes, by what uses them, and what the plan allows. */
export interface Usage extends Pick<PlanRecord, 'builtIn' | 'uploadBytesPerSecond' | 'downloadBytesPerSecond'> {
  readonly plan: PlanId;
  readonly totalBytes: number;
  readonly filesBytes: number;
  readonly versionsBytes: number;
  readonly trashBytes: number;
}

/** One content of a file, now or before. */
export interface VersionRecord {
  readonly versionId: string;
  readonly size: number;
  readonly hash: string;
  readonly blocks: readonly BlockRef[];
  readonly mtimeMs: number;
  readonly executable: boolean;
  readonly createdAt: number;
  readonly createdBy: string | null;
  /** null while current. */
  readonly replacedAt: number | null;
}

export interface TrashRecord {
  readonly node: CloudNode;
  readonly path: string;
  readonly deletedAt: number;
  readonly deletedBy: string | null;
  readonly files: number;
  readonly sizeBytes: number;
  readonly versionsBytes: number;
}

/** `cursor` is the `next` of the page before. Throws invalid_request for one that is not ours. */
export interface CleanupPage {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

export type RestoreOutcome =
  | { readonly outcome: 'restored'; readonly node: CloudNode }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'revision_mismatch'; readonly node: CloudFile }
  | { readonly outcome: 'quota_exceeded'; readonly neededBytes: number };

export interface DriveCatalogue {
  /** All entries, their results and the key in one transaction; a key that was used before answers what it answered then. */
  commit(author: Author, job: CommitJob): Promise<CommitOutcome>;
  delta(accountNo: number, cursor: string | null, limit: number): Promise<DeltaPage | CursorGone>;
  /** Whether anything happened after the cursor. */
  changedSince(accountNo: number, cursor: string): Promise<boolean | 'cursor_gone'>;
  usage(accountNo: number): Promise<Usage>;
  /** Newest first; undefined when there is no such file. */
  versions(accountNo: number, id: string): Promise<readonly VersionRecord[] | undefined>;
  restoreVersion(author: Author, id: string, versionId: string, base: string): Promise<RestoreOutcome>;
  trash(accountNo: number): Promise<readonly TrashRecord[]>;
  restoreTrash(author: Author, id: string): Promise<RestoreOutcome>;
  /** Undefined when the trash has no such item. */
  deleteTrash(author: Author, id: string): Promise<Freed | undefined>;
  /** @param until what was deleted later stays */
  emptyTrash(author: Author, until: number | undefined): Promise<Freed>;
  largest(accountNo: number, page: CleanupPage): Promise<Paged<LargeFile>>;
  versioned(accountNo: number, page: CleanupPage): Promise<Paged<VersionedFile>>;
  duplicates(accountNo: number, page: CleanupPage): Promise<Paged<DuplicateGroup>>;
  /** Earlier versions of a file, also of one in the trash; all, or one. Undefined when there is no such file or version. */
  dropVersions(author: Author, id: string, versionId: string | undefined): Promise<Freed | 'current' | undefined>;
  /** Empties the drive and begins a new epoch, unless the account was active after `activeAt`. Nobody deleted anything: no tombstones. */
  reset(accountNo: number, activeAt: number, epoch: string): Promise<boolean>;
  contentDigest(accountNo: number, hash: string): Promise<Buffer | undefined>;
  keepContentDigest(accountNo: number, hash: string, digest: Buffer): Promise<void>;
  /** Drops what has had its time: trash, versions, tombstones, idempotency keys. Answers the accounts that have more room now. */
  purge(): Promise<readonly number[]>;
}

export interface BlockRow {
  readonly hash: string;
  readonly size: number;
  readonly object: string;
}

export interface BlockCatalogue {
  /** Those the account does not have. The others are leased: collection leaves them alone for a day. */
  missing(accountNo: number, hashes: readonly string[]): Promise<readonly string[]>;
  /** Names blocks that are durable in the store, and leases them. */
  record(accountNo: number, blocks: readonly BlockRow[]): Promise<void>;
  /** In the order asked. */
  locate(accountNo: number, hashes: readonly string[]): Promise<readonly (BlockRow | undefined)[]>;
  /** The store's object is gone or damaged: from now on the account lacks the block, so that a device that has it sends it again. */
  spoiled(accountNo: number, hash: string): Promise<void>;
  /** Bytes of leased blocks that nothing uses. */
  uncommittedBytes(accountNo: number): Promise<number>;
  /** Marks unused blocks without a lease, and turns those marked long ago into garbage. */
  collect(): Promise<void>;
  /** Objects that nothing names any more. */
  garbage(limit: number): Promise<readonly string[]>;
  /** Called when the objects are gone from the store. */
  garbageRemoved(objects: readonly string[]): Promise<void>;
  /** Those of the names that neither a block nor the garbage knows: left by a crash. */
  unknown(slices: AsyncIterable<readonly string[]>): AsyncIterable<readonly string[]>;
}
