import type { ErrorCode } from './catalogue.ts';

/** A `?` marks what may be left out; the texts name only the others. Sizes are bytes, waits and times ms. */
export type ParamKind = 'string' | 'number' | 'boolean' | 'string?' | 'number?' | 'boolean?';

/**
 * The parameters of every code. `path` is relative to the synced folder for what is in it and absolute for everything
 * else; `server` is an origin; `detail` is for the log and the report, except in `usage`, where it is the sentence itself.
 */
export const errorParams = {
  invalid_request: { field: 'string', problem: 'string?' },
  not_found: {},
  method_not_allowed: {},
  origin_refused: {},
  body_too_large: { limit: 'number?' },
  unsupported_media_type: {},
  idempotency_key_reused: {},
  idempotency_key_missing: {},
  range_not_satisfiable: {},
  not_signed_in: {},
  invalid_credentials: {},
  session_expired: {},
  access_expired: {},
  device_revoked: {},
  no_such_account: {},
  email_in_use: { email: 'string?' },
  email_invalid: { email: 'string?' },
  password_too_weak: { minLength: 'number?' },
  sign_up_closed: {},
  invite_required: {},
  bootstrap_secret_required: {},
  wrong_account: { email: 'string?' },
  rate_limited: { retryAfterMs: 'number?' },
  quota_exceeded: { neededBytes: 'number?' },
  uncommitted_limit: {},
  cloud_unreachable: { server: 'string', detail: 'string?' },
  cloud_timeout: { server: 'string' },
  cloud_unavailable: { server: 'string?', retryAfterMs: 'number?' },
  cloud_failed: { server: 'string?' },
  not_tidemark: { server: 'string', status: 'number?' },
  cloud_answer_invalid: { server: 'string?', field: 'string?' },
  cloud_insecure: { server: 'string' },
  cloud_certificate: { server: 'string', detail: 'string?' },
  client_too_old: { newest: 'string?' },
  revision_mismatch: {},
  name_taken: {},
  id_taken: {},
  parent_missing: {},
  would_cycle: {},
  subtree_changed: {},
  dependency_failed: {},
  group_failed: {},
  kind_mismatch: {},
  blocks_missing: {},
  hash_mismatch: { hash: 'string?' },
  name_invalid: { name: 'string?' },
  cursor_gone: { forked: 'boolean?' },
  file_busy: { path: 'string' },
  file_changed: { path: 'string' },
  file_locked: { path: 'string' },
  file_vanished: { path: 'string' },
  no_permission: { path: 'string' },
  path_taken: { path: 'string' },
  path_not_plain: { path: 'string' },
  name_not_utf8: { path: 'string' },
  name_clash: { name: 'string', other: 'string?' },
  name_not_holdable: { name: 'string' },
  path_too_long: { path: 'string' },
  symlink_skipped: { path: 'string' },
  special_skipped: { path: 'string' },
  content_corrupt: { path: 'string?', hash: 'string?' },
  disk_full: { path: 'string' },
  disk_failed: { path: 'string' },
  too_many_open_files: { path: 'string?' },
  conflict_kept: { path: 'string?', copyPath: 'string?', device: 'string?' },
  conflict_limit: { name: 'string' },
  not_settling: { path: 'string?' },
  mass_delete: { items: 'number?', side: 'string?' },
  not_synced: { items: 'number?' },
  paused: { until: 'number?' },
  ignored_by_rule: { rule: 'string?', file: 'string?' },
  folder_missing: { path: 'string' },
  folder_not_a_folder: { path: 'string' },
  folder_not_writable: { path: 'string' },
  folder_nested: { path: 'string', other: 'string?' },
  folder_in_use: { path: 'string' },
  folder_is_profile: { path: 'string' },
  folder_limit: { path: 'string?' },
  folder_unknown: { path: 'string' },
  folder_replaced: { path: 'string' },
  folder_none: {},
  profile_in_use: { path: 'string' },
  profile_not_writable: { path: 'string' },
  database_broken: { path: 'string' },
  database_newer: { path: 'string', found: 'number?', known: 'number?' },
  key_ring_unavailable: { detail: 'string?' },
  server_key_missing: { path: 'string' },
  server_key_invalid: { path: 'string' },
  server_key_inside_data: { path: 'string' },
  data_in_use: { path: 'string' },
  port_in_use: { port: 'number' },
  host_not_loopback: { host: 'string' },
  node_too_old: { found: 'string', needed: 'string' },
  engine_not_running: {},
  engine_stopped: { notStarted: 'boolean?' },
  engine_other_version: { engine: 'number?', client: 'number?' },
  usage: { detail: 'string' },
  not_available_yet: { what: 'string' },
  unknown_item: { path: 'string?', id: 'string?' },
  timed_out: {},
  aborted: {},
  internal: { detail: 'string?' },
} as const satisfies Record<ErrorCode, Readonly<Record<string, ParamKind>>>;

interface Kinds {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}
type Shape = Readonly<Record<string, ParamKind>>;
type OptionalNames<S extends Shape> = { [K in keyof S]: S[K] extends `${string}?` ? K : never }[keyof S];
type ValueOf<K> = K extends `${infer Base extends keyof Kinds}?` ? Kinds[Base] : K extends keyof Kinds ? Kinds[K] : never;

/** What whoever makes an error of this code gives it, e.g. `ErrorParamsOf<'port_in_use'>` is `{ port: number }`. */
export type ErrorParamsOf<C extends ErrorCode> = {
  readonly [K in Exclude<keyof (typeof errorParams)[C], OptionalNames<(typeof errorParams)[C]>>]: ValueOf<(typeof errorParams)[C][K]>;
} & { readonly [K in OptionalNames<(typeof errorParams)[C]>]?: ValueOf<(typeof errorParams)[C][K]> };
