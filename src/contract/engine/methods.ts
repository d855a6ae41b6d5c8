import { z } from 'zod';
import { deviceName, email, id128, sizeBytes, timeMs } from '../primitives.ts';
import { account, device, password, quota } from '../cloud/account.ts';
import { auditPage } from '../cloud/audit.ts';
import { MAX_COMMIT_ENTRIES } from '../cloud/commit.ts';
import { code, codeAddress, provider, readAddress, sentChallenge } from '../cloud/identity.ts';
import { duplicateGroup, fileVersion, freed, largeFile, MAX_CLEANUP_LIMIT, trashItem, versionedFile } from '../cloud/drive.ts';
import { errorData } from '../error-data.ts';
import {
  activity,
  activityKind,
  conflict,
  copiedElsewhere,
  explanation,
  fileItem,
  folder,
  foresight,
  issue,
  keptElsewhere,
  localTrashItem,
  question,
  undoResult,
  unsent,
} from './items.ts';
import { settingRow } from './settings.ts';
import { roomNeed, status, statusPatch } from './status.ts';

/**
 * `current` has the name, `copy` the conflict name. `mine` is the one that this device wrote, `theirs` the other one; where
 * neither is of this device, `mine` is the current one.
 */
const conflictChoice = z.enum(['mine', 'theirs', 'both', 'current', 'copy']);

/** One method of the engine: what the window and the command may ask. Checked at run time by the receiver. */
export interface Method {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
}

const none = z.object({});
const path = z.string().max(32_768);
const page = { cursor: z.string().max(200).optional(), limit: z.int().min(1).max(1000).default(100) };
const paged = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), next: z.string().nullable() });
const cleanupPage = z.object({ cursor: z.string().max(200).optional(), limit: z.int().min(1).max(MAX_CLEANUP_LIMIT).default(100) });
const server = z.url({ protocol: /^https?$/ });

/** A sign-in that was begun in a browser; whoever gives it waits for its end. */
const begun = id128;

/** A code, and where it was sent. */
const sentCode = z.object({ to: codeAddress, code });

export const methods = {
  'engine.info': {
    params: none,
    result: z.object({
      version: z.string(),
      profile: z.string(),
      pid: z.int(),
      node: z.string(),
      secretStore: z.enum(['keyring', 'file']),
    }),
  },
  'engine.stop': { params: none, result: none },
  /** The machine woke up: look at everything, ask the cloud at once. */
  'engine.resumed': { params: none, result: none },
  /** About the process around the engine. `embeddedCloud` is the cloud it runs on this computer; a sign-up there needs no secret of the caller. */
  'host.info': {
    params: none,
    result: z.object({ embeddedCloud: z.object({ server }).nullable() }),
  },

  'status.snapshot': { params: none, result: status },

  /**
   * Reads an e-mail address or phone number as a person typed it, before anything is sent there: what it is, what was probably
   * meant, whether a message is likely to arrive. `country` is that of a number without country code. Without `server` it is
   * about the cloud of the account.
   */
  'account.readAddress': {
    params: z.object({
      server: server.optional(),
      kind: z.enum(['email', 'phone']),
      text: z.string().max(300),
      country: z.string().max(10).optional(),
    }),
    result: readAddress,
  },
  /** Sends a code; who gives it back says only where it went and what it is. */
  'account.sendCode': {
    params: z.object({ server, to: codeAddress, purpose: z.enum(['enter', 'reset']), language: z.string().max(35).optional() }),
    result: sentChallenge,
  },
  /**
   * Waits for a browser of this machine, which is to be sent to `url`: to sign in or up at `server`, or to add a way to sign in to this
   * account, or to prove who one is. What is given `id` then waits for the answer.
   */
  'account.beginBrowser': {
    params: z.discriminatedUnion('purpose', [
      z.object({ purpose: z.literal('enter'), server, provider }),
      z.object({ purpose: z.enum(['link', 'prove']), provider }),
    ]),
    result: z.object({ id: begun, url: z.url(), expiresAt: timeMs }),
  },
  /** RFC 8628: the person opens `verificationUri` anywhere and types `userCode`. `account.signIn` waits for that. */
  'account.beginDevice': {
    params: z.object({ server, deviceName: deviceName.optional() }),
    result: z.object({
      id: begun,
      userCode: z.string(),
      verificationUri: z.url(),
      verificationUriComplete: z.url(),
      expiresAt: timeMs,
    }),
  },
  /** Whoever waits is told `aborted`. */
  'account.cancelSignIn': { params: z.object({ id: begun }), result: none },
  /**
   * With an e-mail address and a password, with a code, with all three where the cloud asks for a proof of the address, or with another
   * service. Where `account.signIn` said that there is no such account, what was begun is still good here.
   */
  'account.signUp': {
    params: z.object({
      server,
      email: email.optional(),
      password: password.optional(),
      code: sentCode.optional(),
      begun: begun.optional(),
      deviceName: deviceName.optional(),
      bootstrapSecret: z.string().optional(),
      invite: z.string().optional(),
    }),
    result: account,
  },
  'account.signIn': {
    params: z.object({
      server,
      email: email.optional(),
      password: z.string().max(1024).optional(),
      code: sentCode.optional(),
      begun: begun.optional(),
      deviceName: deviceName.optional(),
      /** Signed out in the same step; after `device_limit`, nothing else has to be given again. */
      signOutDevice: id128.optional(),
    }),
    result: account,
  },
  /** The devices to choose from after `device_limit`; null when there is nothing to choose. */
  'account.choices': {
    params: none,
    result: z.object({ server, limit: z.int(), expiresAt: timeMs, devices: z.array(device) }).nullable(),
  },
  /** As `account.sendCode`, to an address of this account, or to one that is to be added to it. */
  'account.sendOwnCode': {
    params: z.object({ to: codeAddress, purpose: z.enum(['link', 'prove']), language: z.string().max(35).optional() }),
    result: sentChallenge,
  },
  /** Shows that it is still the same person: for ten minutes, and after signing in, the ways to sign in can be changed. */
  'account.prove': {
    params: z.object({ password: z.string().max(1024).optional(), code: sentCode.optional(), begun: begun.optional() }),
    result: none,
  },
  'account.link': { params: z.union([z.object({ code: sentCode }), z.object({ begun })]), result: account },
  'account.unlink': { params: z.object({ id: id128 }), result: account },
  /** The other devices of the account are signed out. */
  'account.setPassword': { params: z.object({ password }), result: none },
  /** All devices of the account are signed out. */
  'account.resetPassword': { params: z.object({ server, code: sentCode, password }), result: none },
  /** `told` is false while the cloud has not heard of it: it is told later; on this device it is over either way. */
  'account.signOut': { params: none, result: z.object({ told: z.boolean(), deviceId: id128 }) },
  /** What the cloud does not have, as the disk shows it now, also when signed out; before a device is left. */
  'account.unsent': { params: z.object({ limit: z.int().min(0).max(10_000).default(200) }), result: unsent },
  /** Copies what `account.unsent` lists into another folder, each checked by its content; nothing there is replaced. */
  'account.copyUnsent': { params: z.object({ to: path, localOnly: z.boolean().default(false) }), result: copiedElsewhere },
  'account.show': { params: none, result: account },
  /** What happened to the ways into the account, the newest first. */
  'account.log': {
    params: z.object({ before: z.int().min(1).nullable().default(null), limit: z.int().min(1).max(200).default(50) }),
    result: auditPage,
  },

  /** `merge`: the person knows that both sides hold something, and wants the union; nothing is asked then. */
  'folder.add': { params: z.object({ path, localOnly: z.boolean().default(false), merge: z.boolean().default(false) }), result: folder },
  'folder.list': { params: none, result: z.object({ folders: z.array(folder) }) },
  'folder.remove': { params: z.object({ path }), result: none },

  /** Folders of the cloud that are not kept on this device; `path` is counted from the synced folder. */
  'selection.list': { params: none, result: z.object({ folders: z.array(keptElsewhere) }) },
  'selection.size': { params: z.object({ path }), result: z.object({ items: z.int().min(0), sizeBytes }) },
  'selection.exclude': { params: z.object({ path }), result: keptElsewhere },
  'selection.include': { params: z.object({ path }), result: none },

  'sync.now': { params: none, result: none },
  /** Resolves when all that can be synced is synced as of the call; `issues` are those left over. */
  'sync.wait': {
    params: z.object({ timeoutMs: z.int().min(0).nullable().default(null) }),
    result: z.object({
      uploaded: z.int(),
      downloaded: z.int(),
      issues: z.int(),
      skipped: z.int(),
      questions: z.int(),
      conflicts: z.int(),
    }),
  },
  /** Everything that would be done until nothing is left. Looks at both sides and changes neither. */
  'sync.preview': {
    params: z.object({ limit: z.int().min(0).max(10_000).default(200) }),
    result: foresight,
  },
  'sync.pause': { params: z.object({ until: timeMs.nullable() }), result: none },
  'sync.resume': { params: none, result: none },

  'activity.list': {
    params: z.object({ ...page, search: z.string().max(200).optional(), kinds: z.array(activityKind).optional() }),
    result: paged(activity),
  },
  /**
   * Why a line cannot be undone as things are; null where that is not known before it is tried. For who asks a person before something
   * is deleted.
   */
  'activity.checkUndo': { params: z.object({ id: z.int().min(1) }), result: z.object({ refused: errorData.nullable() }) },
  /** Takes back what these lines tell of, the newest first. One that cannot be undone says why; the others are. */
  'activity.undo': {
    params: z.object({ ids: z.array(z.int().min(1)).min(1).max(1000) }),
    result: z.object({ results: z.array(undoResult) }),
  },
  'files.list': { params: z.object({ path: path.default(''), ...page }), result: paged(fileItem) },
  'files.explain': { params: z.object({ path }), result: explanation },
  'issues.list': { params: z.object({ ...page }), result: paged(issue) },
  'questions.list': { params: none, result: z.object({ questions: z.array(question) }) },
  'questions.answer': { params: z.object({ id: z.string(), choice: z.enum(['keep', 'delete', 'merge', 'cancel']) }), result: none },
  'conflicts.list': { params: z.object({ ...page }), result: paged(conflict) },
  'conflicts.show': { params: z.object({ id: id128 }), result: conflict },
  'conflicts.resolve': { params: z.object({ id: id128, keep: conflictChoice }), result: none },

  'versions.list': { params: z.object({ path }), result: z.object({ versions: z.array(fileVersion) }) },
  'versions.restore': { params: z.object({ path, versionId: id128 }), result: none },
  /**
   * Earlier versions for good: all of a file, or those that a person has seen; what was replaced since then is not asked about. By its
   * path, or by its id where it lies in the trash.
   */
  'versions.delete': {
    params: z
      .object({ path: path.optional(), id: id128.optional(), versionIds: z.array(id128).min(1).max(10_000).optional() })
      .refine((given) => (given.path === undefined) !== (given.id === undefined), { path: ['path'], message: 'path or id' }),
    result: freed,
  },
  'trash.list': { params: none, result: z.object({ items: z.array(trashItem) }) },
  'trash.restore': { params: z.object({ id: id128 }), result: none },
  /** For good, an item of the cloud's trash; what of it lies in the trash of a device stays there. */
  'trash.delete': { params: z.object({ id: id128 }), result: freed },
  /** @see emptyTrashQuery for `until` */
  'trash.empty': { params: z.object({ until: timeMs.optional() }), result: freed },
  /** The trash of this device; what sync deleted or replaced here. */
  'trash.here': { params: none, result: z.object({ items: z.array(localTrashItem) }) },
  /** Brings it back to its place, under a numbered name where that is taken. */
  'trash.restoreHere': { params: z.object({ id: z.int().min(1) }), result: z.object({ path: z.string() }) },
  'devices.list': { params: none, result: z.object({ devices: z.array(device) }) },
  'devices.rename': { params: z.object({ id: id128, name: deviceName }), result: device },
  'devices.signOut': { params: z.object({ id: id128 }), result: none },
  /** Tells the cloud now how far this device is; a running engine does so by itself. */
  'devices.tell': { params: none, result: none },
  'quota.show': { params: none, result: quota.extend({ waiting: roomNeed.nullable() }) },
  'quota.largest': { params: cleanupPage, result: paged(largeFile) },
  'quota.versions': { params: cleanupPage, result: paged(versionedFile) },
  'quota.duplicates': { params: cleanupPage, result: paged(duplicateGroup) },
  /** Into the trash, as any deletion. What would be the last file with its content is kept, and so is what has changed. */
  'duplicates.delete': {
    params: z.object({ paths: z.array(path).min(1).max(MAX_COMMIT_ENTRIES) }),
    result: z.object({
      deleted: z.array(z.object({ path: z.string(), sizeBytes })),
      kept: z.array(z.object({ path: z.string(), reason: errorData })),
    }),
  },
  'settings.list': { params: none, result: z.object({ settings: z.array(settingRow) }) },
  'settings.set': {
    params: z.object({ key: z.string().max(100), value: z.union([z.string(), z.number(), z.boolean()]) }),
    result: settingRow,
  },
} as const satisfies Record<string, Method>;

export const events = {
  'status.patch': statusPatch,
  'activity.added': activity,
  /** Lists changed; whoever shows one asks for it again. Coalesced. */
  'lists.changed': z.object({ lists: z.array(z.enum(['files', 'issues', 'questions', 'conflicts', 'folders', 'settings'])) }),
} as const satisfies Record<string, z.ZodType>;

export type MethodName = keyof typeof methods;
export type EventName = keyof typeof events;
/** What a caller writes: defaults may be left out. */
export type ParamsIn<M extends MethodName> = z.input<(typeof methods)[M]['params']>;
/** What the engine reads, defaults filled in. */
export type Params<M extends MethodName> = z.output<(typeof methods)[M]['params']>;
export type ResultOf<M extends MethodName> = z.output<(typeof methods)[M]['result']>;
export type EventBody<E extends EventName> = z.output<(typeof events)[E]>;

/** The engine as its callers see it: in the process, over a socket, over a message port. */
export interface EngineApi {
  call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<ResultOf<M>>;
  on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): () => void;
}
