import type {
  Account,
  AccountSettings,
  AuditPage,
  Authorization,
  AuthorizeRequest,
  Challenge,
  CodeAddress,
  CodeProof,
  CommitEntryInput,
  CommitResult,
  DeltaResponse,
  Device,
  DeviceAuthorization,
  DeviceInfo,
  Discovery,
  DuplicateGroup,
  FileVersion,
  Freed,
  LargeFile,
  Grant,
  Quota,
  Session,
  SettingValues,
  SyncReport,
  TrashItem,
  VersionedFile,
  CloudNode,
} from '../../contract/index.ts';

/** A block's bytes; the hash was or will be verified by whoever receives it. */
export interface BlockData {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** The refresh token and who it belongs to, as the session keeper hands it over. */
export interface Credentials {
  /** A valid access token; refreshes when needed. Throws TidemarkError with reaction `sign_in`. */
  accessToken(signal?: AbortSignal): Promise<string>;
  /** The cloud refused this token; the next `accessToken()` must be a new one. */
  refused(accessToken: string): void;
}

/** An e-mail address and a password, a code, or all three; or what another service said. */
export interface SignUpBody {
  readonly email?: string;
  readonly password?: string;
  readonly proof?: CodeProof;
  readonly grant?: Grant;
  readonly device: DeviceInfo;
  readonly bootstrapSecret?: string;
  readonly invite?: string;
}

export type SignInBody = {
  readonly device: DeviceInfo;
  /** What this device was before. */
  readonly replaces?: string;
  /** Signed out in the same step. */
  readonly signOutDevice?: string;
} & (
  | { readonly method: 'password'; readonly email: string; readonly password: string }
  | { readonly method: 'code'; readonly proof: CodeProof }
  | { readonly method: 'grant'; readonly grant: Grant }
  | { readonly method: 'choice'; readonly choice: string; readonly signOutDevice: string }
);

/**
 * The cloud as the engine uses it. Every method throws TidemarkError with the code of the problem document, or one of
 * cloud_unreachable, cloud_timeout, cloud_certificate, not_tidemark, cloud_answer_invalid. Answers are validated.
 * `rate_limited` and `cloud_unavailable` carry `retryAfterMs`.
 */
export interface CloudApi {
  readonly server: string;
  discover(signal?: AbortSignal): Promise<Discovery>;
  signUp(request: SignUpBody): Promise<Session>;
  /** Throws DeviceLimitError too. */
  signIn(request: SignInBody): Promise<Session>;
  /** Sends a code. */
  challenge(request: { to: CodeAddress; purpose: 'enter' | 'reset'; language?: string }): Promise<Challenge>;
  /** Begins a sign-in with another service. */
  authorize(request: AuthorizeRequest): Promise<Authorization>;
  /** Begins one that a person finishes elsewhere; `signIn` answers `authorization_pending` until then. */
  deviceAuthorize(request: { device: DeviceInfo }): Promise<DeviceAuthorization>;
  resetPassword(request: { proof: CodeProof; password: string }): Promise<void>;
  refresh(refreshToken: string, signal?: AbortSignal): Promise<Session>;
  revoke(refreshToken: string): Promise<void>;
  /** All further calls are made in the name of these credentials. */
  authorized(credentials: Credentials): DriveApi;
  /** As `authorized`, for the ways to sign in of the account. */
  identities(credentials: Credentials): IdentitiesApi;
  /**
   * Gives up every connection: after a sleep or a change of the network they may be dead without knowing it. What is under
   * way on them fails as unreachable; the next requests make new ones.
   */
  hangUp(): void;
  close(): Promise<void>;
}

/** How an account is signed in to. Changes throw `reauth_required` where signing in, or the last `prove`, is ten minutes ago. */
export interface IdentitiesApi {
  /** A code to one of the account's addresses (`prove`), or to one that is to be added (`link`). */
  challenge(request: { to: CodeAddress; purpose: 'link' | 'prove'; language?: string }): Promise<Challenge>;
  authorize(request: AuthorizeRequest & { purpose: 'link' | 'prove' }): Promise<Authorization>;
  prove(
    given: { method: 'password'; password: string } | { method: 'code'; proof: CodeProof } | { method: 'grant'; grant: Grant },
  ): Promise<void>;
  add(given: { proof: CodeProof } | { grant: Grant }): Promise<Account>;
  remove(id: string): Promise<Account>;
  setPassword(password: string): Promise<void>;
  /** What happened to the ways into the account, the newest first. @param before of the page before */
  log(before: number | null, limit: number): Promise<AuditPage>;
}

export interface DriveApi {
  me(): Promise<Account>;
  devices(): Promise<readonly Device[]>;
  renameDevice(id: string, name: string): Promise<Device>;
  revokeDevice(id: string): Promise<void>;
  quota(): Promise<Quota>;
  /** Those that follow the account. */
  settings(): Promise<AccountSettings>;
  /** Sets these and keeps the others. */
  changeSettings(values: SettingValues): Promise<AccountSettings>;
  delta(cursor: string | null, signal?: AbortSignal): Promise<DeltaResponse>;
  /**
   * @param report what the other devices are to know of this one
   * @param settings version of those that are known; others are a change too
   */
  wait(cursor: string, timeoutMs: number, signal?: AbortSignal, report?: SyncReport, settings?: string | null): Promise<boolean>;
  /** Hashes the cloud lacks. Any number of hashes; split as the contract asks. */
  missing(hashes: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /** One request; the caller keeps the sum under MAX_BLOCKS_BODY_BYTES. Throws `hash_mismatch` when any was rejected. */
  store(blocks: readonly BlockData[], signal?: AbortSignal): Promise<void>;
  /**
   * One request for at most MAX_HASHES blocks; answers a prefix of what was asked, at least one block, each verified.
   * Throws `content_corrupt` when a block is not what it says, `blocks_missing` when the cloud lacks the first one.
   */
  fetch(hashes: readonly string[], signal?: AbortSignal): Promise<readonly BlockData[]>;
  commit(entries: readonly CommitEntryInput[], idempotencyKey: string, signal?: AbortSignal): Promise<readonly CommitResult[]>;
  versions(id: string): Promise<readonly FileVersion[]>;
  restoreVersion(id: string, versionId: string, base: string): Promise<CloudNode>;
  trash(): Promise<readonly TrashItem[]>;
  restoreTrash(id: string): Promise<CloudNode>;
  deleteTrash(id: string): Promise<Freed>;
  /** @param until what was deleted later stays */
  emptyTrash(until?: number): Promise<Freed>;
  /** All earlier versions of a file, or one. */
  dropVersions(id: string, versionId?: string): Promise<Freed>;
  largest(page: CleanupPage): Promise<Paged<LargeFile>>;
  versioned(page: CleanupPage): Promise<Paged<VersionedFile>>;
  duplicates(page: CleanupPage): Promise<Paged<DuplicateGroup>>;
}

/** `cursor` is the `next` of the page before. */
export interface CleanupPage {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface Paged<Row> {
  readonly rows: Row[];
  readonly next: string | null;
}
