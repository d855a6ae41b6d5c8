/**
 * Every error Tidemark can tell anyone about. A code is stable: clients, scripts and tests key on it.
 * The texts, one file a language, stand beside this file; a test fails when a code lacks a text.
 */

/** What the client does about an error. */
export type Reaction =
  | 'retry' // by itself, with backoff
  | 'wait' // until something else changes (room, network, the other program)
  | 'ask' // the person has to choose or repair
  | 'skip' // never by itself; the item is listed
  | 'sign_in'
  | 'replan' // the world changed: look again and plan anew, without counting a failure
  | 'stop'; // the engine or the command cannot go on

export interface ErrorKind {
  readonly reaction: Reaction;
  /** HTTP status when the cloud answers with it. */
  readonly status?: number;
  /** Exit code of the command (CLI.md); 1 when not given. */
  readonly exit?: number;
}

export const catalogue = {
  // --- requests that are wrong
  invalid_request: { reaction: 'stop', status: 400, exit: 2 },
  not_found: { reaction: 'replan', status: 404 },
  method_not_allowed: { reaction: 'stop', status: 405 },
  /** A browser page, or a Host that is not this machine's (DNS rebinding). */
  origin_refused: { reaction: 'stop', status: 403 },
  body_too_large: { reaction: 'ask', status: 413 },
  unsupported_media_type: { reaction: 'stop', status: 415 },
  idempotency_key_reused: { reaction: 'stop', status: 422 },
  idempotency_key_missing: { reaction: 'stop', status: 400 },
  range_not_satisfiable: { reaction: 'stop', status: 416 },
  // --- who is asking
  not_signed_in: { reaction: 'sign_in', status: 401, exit: 4 },
  invalid_credentials: { reaction: 'sign_in', status: 401, exit: 4 },
  session_expired: { reaction: 'sign_in', status: 401, exit: 4 },
  access_expired: { reaction: 'retry', status: 401, exit: 4 },
  device_revoked: { reaction: 'sign_in', status: 401, exit: 4 },
  no_such_account: { reaction: 'sign_in', status: 401, exit: 4 },
  /** The plan takes no more devices; with the list of those there are. */
  device_limit: { reaction: 'ask', status: 409, exit: 7 },
  choice_over: { reaction: 'ask', status: 409, exit: 4 },
  /** This device is signed in, and signs in to nothing else before it signed out. */
  signed_in_already: { reaction: 'ask', exit: 4 },
  code_wrong: { reaction: 'ask', status: 401, exit: 4 },
  code_expired: { reaction: 'ask', status: 401, exit: 4 },
  codes_unavailable: { reaction: 'ask', status: 409, exit: 2 },
  proof_required: { reaction: 'ask', status: 403, exit: 4 },
  identity_in_use: { reaction: 'ask', status: 409, exit: 4 },
  last_identity: { reaction: 'ask', status: 409, exit: 2 },
  reauth_required: { reaction: 'ask', status: 403, exit: 4 },
  // --- signing in with another service, in a browser
  provider_not_offered: { reaction: 'ask', status: 409, exit: 2 },
  provider_refused: { reaction: 'ask', status: 403, exit: 4 },
  provider_unreachable: { reaction: 'ask', status: 502, exit: 5 },
  provider_answer_invalid: { reaction: 'ask', status: 502, exit: 4 },
  /** The answer came from another service than the one that was asked. */
  provider_mismatch: { reaction: 'ask', status: 400, exit: 4 },
  /** Asked to have somebody sign in anew, the service did not. */
  provider_not_recent: { reaction: 'ask', status: 403, exit: 4 },
  /** Another browser than the one that began it, or nobody began it. */
  sign_in_not_begun: { reaction: 'ask', status: 400, exit: 4 },
  sign_in_expired: { reaction: 'ask', status: 401, exit: 4 },
  sign_in_used: { reaction: 'ask', status: 401, exit: 4 },
  /** The browser did not come back in time. */
  sign_in_unfinished: { reaction: 'ask', exit: 6 },
  /** Somebody who was asked on the page said no. */
  sign_in_denied: { reaction: 'ask', status: 403, exit: 4 },
  /** RFC 8628, 3.5. */
  authorization_pending: { reaction: 'retry', status: 400, exit: 4 },
  slow_down: { reaction: 'retry', status: 400, exit: 4 },
  user_code_wrong: { reaction: 'ask', status: 400, exit: 4 },
  identity_not_yours: { reaction: 'ask', status: 403, exit: 4 },
  email_needed: { reaction: 'ask', status: 409, exit: 2 },
  phone_invalid: { reaction: 'ask', status: 400, exit: 2 },
  phone_not_served: { reaction: 'ask', status: 400, exit: 2 },
  email_in_use: { reaction: 'ask', status: 409, exit: 4 },
  email_invalid: { reaction: 'ask', status: 400, exit: 2 },
  password_too_weak: { reaction: 'ask', status: 400, exit: 2 },
  sign_up_closed: { reaction: 'ask', status: 403, exit: 4 },
  invite_required: { reaction: 'ask', status: 403, exit: 4 },
  bootstrap_secret_required: { reaction: 'ask', status: 403, exit: 4 },
  wrong_account: { reaction: 'ask', exit: 4 },
  // --- limits
  rate_limited: { reaction: 'wait', status: 429, exit: 5 },
  quota_exceeded: { reaction: 'wait', status: 507, exit: 3 },
  uncommitted_limit: { reaction: 'retry', status: 507 },
  // --- the cloud is not there or not itself
  cloud_unreachable: { reaction: 'retry', exit: 5 },
  cloud_timeout: { reaction: 'retry', exit: 5 },
  cloud_unavailable: { reaction: 'wait', status: 503, exit: 5 },
  cloud_failed: { reaction: 'retry', status: 500, exit: 5 },
  not_tidemark: { reaction: 'stop', exit: 5 },
  cloud_answer_invalid: { reaction: 'retry', exit: 5 },
  cloud_insecure: { reaction: 'stop', exit: 2 },
  cloud_certificate: { reaction: 'ask', exit: 5 },
  client_too_old: { reaction: 'stop', status: 426, exit: 5 },
  // --- results inside a commit
  revision_mismatch: { reaction: 'replan', status: 409 },
  name_taken: { reaction: 'replan', status: 409 },
  id_taken: { reaction: 'replan', status: 409 },
  parent_missing: { reaction: 'replan', status: 409 },
  would_cycle: { reaction: 'replan', status: 409 },
  subtree_changed: { reaction: 'replan', status: 409 },
  dependency_failed: { reaction: 'replan', status: 409 },
  group_failed: { reaction: 'replan', status: 409 },
  kind_mismatch: { reaction: 'replan', status: 409 },
  blocks_missing: { reaction: 'retry', status: 409 },
  hash_mismatch: { reaction: 'retry', status: 422 },
  name_invalid: { reaction: 'skip', status: 400 },
  // --- change feed
  cursor_gone: { reaction: 'replan', status: 410 },
  // --- one item on this device
  file_busy: { reaction: 'wait' },
  file_changed: { reaction: 'replan' },
  file_locked: { reaction: 'retry' },
  file_vanished: { reaction: 'replan' },
  no_permission: { reaction: 'ask' },
  path_taken: { reaction: 'replan' },
  path_not_plain: { reaction: 'skip' },
  name_not_utf8: { reaction: 'skip' },
  name_clash: { reaction: 'ask' },
  name_not_holdable: { reaction: 'ask' },
  path_too_long: { reaction: 'ask' },
  symlink_skipped: { reaction: 'skip' },
  special_skipped: { reaction: 'skip' },
  link_in_the_way: { reaction: 'ask' },
  special_in_the_way: { reaction: 'ask' },
  rules_in_the_way: { reaction: 'ask' },
  content_corrupt: { reaction: 'retry' },
  disk_full: { reaction: 'wait' },
  file_too_large_here: { reaction: 'ask' },
  disk_failed: { reaction: 'retry' },
  too_many_open_files: { reaction: 'retry' },
  conflict_kept: { reaction: 'ask' },
  conflict_limit: { reaction: 'ask' },
  not_settling: { reaction: 'retry' },
  mass_delete: { reaction: 'ask', exit: 7 },
  first_merge: { reaction: 'ask', exit: 7 },
  not_synced: { reaction: 'wait', exit: 3 },
  paused: { reaction: 'wait', exit: 3 },
  name_never_syncs: { reaction: 'skip' },
  ignored_by_rule: { reaction: 'skip' },
  not_kept_here: { reaction: 'skip' },
  name_left_out: { reaction: 'ask' },
  rules_unreadable: { reaction: 'ask' },
  rules_too_large: { reaction: 'ask' },
  rules_too_many: { reaction: 'ask' },
  ignore_pattern_bad: { reaction: 'ask' },
  // --- the folder
  folder_missing: { reaction: 'ask', exit: 2 },
  folder_unreadable: { reaction: 'ask', exit: 2 },
  folder_not_a_folder: { reaction: 'ask', exit: 2 },
  folder_not_writable: { reaction: 'ask', exit: 2 },
  /** Of a folder of the cloud that is not kept on this device, since the one above it is not. */
  folder_above_not_kept: { reaction: 'ask', exit: 2 },
  folder_nested: { reaction: 'ask', exit: 2 },
  folder_in_use: { reaction: 'ask', exit: 2 },
  folder_is_profile: { reaction: 'ask', exit: 2 },
  folder_limit: { reaction: 'ask', exit: 2 },
  folder_not_in_cloud: { reaction: 'wait', exit: 3 },
  folder_unknown: { reaction: 'ask', exit: 2 },
  folder_replaced: { reaction: 'ask', exit: 3 },
  marks_unreadable: { reaction: 'ask', exit: 2 },
  folder_none: { reaction: 'ask', exit: 2 },
  // --- profile, database, process
  profile_in_use: { reaction: 'stop', exit: 2 },
  profile_not_writable: { reaction: 'stop', exit: 2 },
  database_broken: { reaction: 'stop', exit: 1 },
  database_newer: { reaction: 'stop', exit: 2 },
  key_ring_locked: { reaction: 'ask', exit: 2 },
  key_ring_denied: { reaction: 'ask', exit: 2 },
  key_ring_unavailable: { reaction: 'ask', exit: 2 },
  server_key_missing: { reaction: 'stop', exit: 2 },
  server_key_invalid: { reaction: 'stop', exit: 2 },
  server_key_inside_data: { reaction: 'stop', exit: 2 },
  providers_invalid: { reaction: 'stop', exit: 2 },
  providers_exposed: { reaction: 'stop', exit: 2 },
  provider_wrong_region: { reaction: 'stop', exit: 2 },
  public_url_missing: { reaction: 'stop', exit: 2 },
  data_in_use: { reaction: 'stop', exit: 2 },
  plans_invalid: { reaction: 'stop', exit: 2 },
  plan_unknown: { reaction: 'stop', exit: 2 },
  account_unknown: { reaction: 'stop', exit: 2 },
  data_missing: { reaction: 'stop', exit: 2 },
  port_in_use: { reaction: 'stop', exit: 2 },
  host_not_loopback: { reaction: 'stop', exit: 2 },
  node_too_old: { reaction: 'stop', exit: 2 },
  engine_not_running: { reaction: 'stop', exit: 1 },
  engine_stopped: { reaction: 'retry', exit: 1 },
  engine_other_version: { reaction: 'stop', exit: 1 },
  usage: { reaction: 'stop', exit: 2 },
  not_available_yet: { reaction: 'stop', exit: 2 },
  question_changed: { reaction: 'ask', exit: 7 },
  question_over: { reaction: 'stop', exit: 2 },
  question_not_yet: { reaction: 'ask', exit: 3 },
  folder_has_no_versions: { reaction: 'ask', exit: 2 },
  unknown_item: { reaction: 'stop', exit: 2 },
  /** No other file has its content. */
  last_copy: { reaction: 'stop', exit: 3 },
  // --- undo
  undo_done: { reaction: 'stop', exit: 3 },
  undo_expired: { reaction: 'stop', exit: 3 },
  undo_impossible: { reaction: 'stop', exit: 3 },
  /** It changed again after that. */
  undo_changed: { reaction: 'stop', exit: 3 },
  /** Nothing is left where the change left it. */
  undo_item_gone: { reaction: 'stop', exit: 3 },
  undo_trash_gone: { reaction: 'stop', exit: 3 },
  undo_place_taken: { reaction: 'stop', exit: 3 },
  /** Its old place does not sync here. */
  undo_left_out: { reaction: 'stop', exit: 3 },
  /** The change itself is still being carried out. */
  undo_unsettled: { reaction: 'stop', exit: 3 },
  timed_out: { reaction: 'stop', exit: 6 },
  aborted: { reaction: 'stop', exit: 1 },
  internal: { reaction: 'retry', status: 500, exit: 1 },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof catalogue;

export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[];

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);

/** Links and devices are listed for information: nothing is wrong, and there is nothing to do about them. */
const skipped: ReadonlySet<string> = new Set<ErrorCode>(['symlink_skipped', 'special_skipped', 'name_never_syncs', 'ignored_by_rule']);

/** True for a reason that is listed for information only. */
export const isSkipped = ({ code }: { readonly code: ErrorCode }): boolean => skipped.has(code);

/** Something waits for room in the cloud or on the disk; what still fits goes on. */
export const isLackOfRoom = ({ code }: { readonly code: ErrorCode }): boolean => code === 'quota_exceeded' || code === 'disk_full';

/** Reaction, status and exit code of an error. */
export const errorKind = (code: ErrorCode): ErrorKind => catalogue[code];
