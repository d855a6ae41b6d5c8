/**
 * Schema of the catalogue, one step an entry; `user_version` counts the steps taken. A step that was released is never
 * edited. Ids and hashes are hex text as the contract has them; times are milliseconds.
 */
export const catalogueMigrations: readonly string[] = [
  `
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE plans (
    id TEXT PRIMARY KEY, storage_bytes INTEGER NOT NULL, devices INTEGER, price_per_year_usd REAL
  ) STRICT, WITHOUT ROWID;

  -- An account and its drive. The byte counts are kept by the transactions that change them.
  CREATE TABLE accounts (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
    plan TEXT NOT NULL REFERENCES plans (id), created_at INTEGER NOT NULL, active_at INTEGER NOT NULL, wrapped_key BLOB NOT NULL,
    epoch TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 0, horizon INTEGER NOT NULL DEFAULT 0,
    files_bytes INTEGER NOT NULL DEFAULT 0, versions_bytes INTEGER NOT NULL DEFAULT 0, trash_bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- A device is one signed-in session family; ended devices stay so that their tokens get the right answer.
  CREATE TABLE devices (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account INTEGER NOT NULL REFERENCES accounts (no), name TEXT NOT NULL,
    platform TEXT NOT NULL, app_version TEXT NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
    ended_at INTEGER, ended_by TEXT CHECK (ended_by IN ('revoked', 'reuse', 'signed_out'))
  ) STRICT;
  CREATE INDEX devices_by_account ON devices (account);

  CREATE TABLE access_tokens (hash TEXT PRIMARY KEY, device INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX access_tokens_by_device ON access_tokens (device);

  -- parent: the token this one was given for. spent_at: when the first of its children was used.
  CREATE TABLE refresh_tokens (
    hash TEXT PRIMARY KEY, device INTEGER NOT NULL, parent TEXT, created_at INTEGER NOT NULL, used_at INTEGER, spent_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refresh_tokens_by_device ON refresh_tokens (device);

  CREATE TABLE invites (hash TEXT PRIMARY KEY, created_at INTEGER NOT NULL, used_at INTEGER) STRICT, WITHOUT ROWID;

  -- What is in the drives now. blocks: 36 bytes each, hash and size, in file order.
  CREATE TABLE nodes (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
    is_file INTEGER NOT NULL, revision TEXT NOT NULL, sequence INTEGER NOT NULL, modified_at INTEGER NOT NULL, modified_by TEXT,
    version TEXT, version_at INTEGER, version_by TEXT, size INTEGER, hash TEXT, blocks BLOB, mtime INTEGER, executable INTEGER,
    conflict_of TEXT, conflict_base TEXT, conflict_device TEXT
  ) STRICT;
  CREATE UNIQUE INDEX nodes_by_id ON nodes (account, id);
  CREATE UNIQUE INDEX nodes_by_name ON nodes (account, parent, name_key);
  CREATE UNIQUE INDEX nodes_by_sequence ON nodes (account, sequence);

  -- What was deleted and can come back. top: the node that was deleted, and this one with it.
  CREATE TABLE trash (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
    is_file INTEGER NOT NULL, revision TEXT NOT NULL, sequence INTEGER NOT NULL, modified_at INTEGER NOT NULL, modified_by TEXT,
    version TEXT, version_at INTEGER, version_by TEXT, size INTEGER, hash TEXT, blocks BLOB, mtime INTEGER, executable INTEGER,
    conflict_of TEXT, conflict_base TEXT, conflict_device TEXT,
    top TEXT NOT NULL, path TEXT NOT NULL, deleted_at INTEGER NOT NULL, deleted_by TEXT
  ) STRICT;
  CREATE UNIQUE INDEX trash_by_id ON trash (account, id);
  CREATE INDEX trash_by_top ON trash (account, top);
  CREATE INDEX trash_by_time ON trash (deleted_at);

  CREATE TABLE tombstones (
    account INTEGER NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, deleted_at INTEGER NOT NULL, PRIMARY KEY (account, id)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX tombstones_by_sequence ON tombstones (account, sequence);
  CREATE INDEX tombstones_by_time ON tombstones (deleted_at);

  -- One row a transaction that changed a drive: a cursor shows that it comes from this history and no other.
  CREATE TABLE stamps (
    account INTEGER NOT NULL, first INTEGER NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (account, first)
  ) STRICT, WITHOUT ROWID;

  -- Contents that were replaced. The current content of a file is in its node.
  CREATE TABLE versions (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL, node TEXT NOT NULL, version TEXT NOT NULL, version_at INTEGER NOT NULL, version_by TEXT,
    size INTEGER NOT NULL, hash TEXT NOT NULL, blocks BLOB NOT NULL, mtime INTEGER NOT NULL, executable INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX versions_by_id ON versions (account, node, version);
  CREATE INDEX versions_by_time ON versions (replaced_at);

  -- refs: uses by nodes, trash and versions. condemned_at: marked for collection, no longer there for anyone.
  CREATE TABLE blocks (
    account INTEGER NOT NULL, hash TEXT NOT NULL, size INTEGER NOT NULL, refs INTEGER NOT NULL DEFAULT 0, lease_until INTEGER NOT NULL,
    condemned_at INTEGER, object TEXT NOT NULL, PRIMARY KEY (account, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blocks_unused ON blocks (account, lease_until, size) WHERE refs = 0;
  CREATE INDEX blocks_condemned ON blocks (condemned_at) WHERE condemned_at IS NOT NULL;

  -- Objects of the block store that nothing names any more; the row goes after the object.
  CREATE TABLE garbage (object TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- SHA-256 over the whole of a file of several blocks, once someone asked for it.
  CREATE TABLE content_digests (
    account INTEGER NOT NULL, hash TEXT NOT NULL, digest BLOB NOT NULL, made_at INTEGER NOT NULL, PRIMARY KEY (account, hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency (
    device INTEGER NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, results TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_by_time ON idempotency (at);
  `,
  `
  -- An account has any number of ways to sign in, and a password only where somebody set one.
  CREATE TABLE identities (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account INTEGER NOT NULL REFERENCES accounts (no),
    kind TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'google', 'apple', 'facebook', 'wechat')),
    -- What tells it from all others of its kind: the address, the number in E.164, the service's own id of the person.
    subject TEXT NOT NULL, label TEXT NOT NULL, proved_at INTEGER, added_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX identities_by_subject ON identities (kind, subject);
  CREATE INDEX identities_by_account ON identities (account);
  INSERT INTO identities (id, account, kind, subject, label, proved_at, added_at)
    SELECT lower(hex(randomblob(16))), no, 'email', email, email, NULL, created_at FROM accounts;

  CREATE TABLE accounts_now (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, password_hash TEXT,
    plan TEXT NOT NULL REFERENCES plans (id), created_at INTEGER NOT NULL, active_at INTEGER NOT NULL, wrapped_key BLOB NOT NULL,
    epoch TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 0, horizon INTEGER NOT NULL DEFAULT 0,
    files_bytes INTEGER NOT NULL DEFAULT 0, versions_bytes INTEGER NOT NULL DEFAULT 0, trash_bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO accounts_now
    SELECT no, id, password_hash, plan, created_at, active_at, wrapped_key, epoch, sequence, horizon, files_bytes, versions_bytes, trash_bytes
    FROM accounts;
  DROP TABLE accounts;
  ALTER TABLE accounts_now RENAME TO accounts;

  -- When whoever holds the device last showed who they are.
  ALTER TABLE devices ADD COLUMN proved_at INTEGER;

  -- Codes that were sent. account: whose, where somebody who is signed in asked for it.
  CREATE TABLE challenges (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, purpose TEXT NOT NULL, account INTEGER, code_hash TEXT NOT NULL,
    sent_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0, used_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX challenges_by_subject ON challenges (kind, subject, sent_at);
  CREATE INDEX challenges_by_time ON challenges (sent_at);
  `,
  `
  -- Settings that follow an account: one document of JSON.
  CREATE TABLE account_settings (
    account INTEGER PRIMARY KEY REFERENCES accounts (no), version TEXT NOT NULL, document TEXT NOT NULL
  ) STRICT;

  -- What happened to the ways into an account. came_from: the network, never an address.
  CREATE TABLE audit (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts (no), at INTEGER NOT NULL, kind TEXT NOT NULL,
    device TEXT, detail TEXT, came_from TEXT, times INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE INDEX audit_by_account ON audit (account, no);
  CREATE INDEX audit_by_time ON audit (at);
  `,
  `
  ALTER TABLE plans ADD COLUMN upload_bytes_per_second INTEGER;
  ALTER TABLE plans ADD COLUMN download_bytes_per_second INTEGER;
  -- 1: the program's own row; 0: the operator's.
  ALTER TABLE plans ADD COLUMN built_in INTEGER NOT NULL DEFAULT 1;
  -- Offered no more; accounts that have it keep it.
  ALTER TABLE plans ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;

  -- Who was told that the documents will go. active_at: the end of the activity that it is about;
  -- days: which of the messages was the last.
  CREATE TABLE warnings (
    account INTEGER PRIMARY KEY, active_at INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    days INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX accounts_by_activity ON accounts (active_at);

  -- What takes room, and what is there twice.
  CREATE INDEX nodes_by_size ON nodes (account, size, hash, id) WHERE is_file = 1;
  `,
  `
  -- Sign-ins that a person finishes in a browser. What opens one is kept as a hash: request (in the address that the browser is
  -- given, or the code of a device that waits), user_code (typed), page (the browser that typed it), trip and trip_browser (on its
  -- way to another service, until it comes back), code (handed to whoever began it).
  CREATE TABLE authorizations (
    no INTEGER PRIMARY KEY, flow TEXT NOT NULL CHECK (flow IN ('browser', 'device')),
    purpose TEXT NOT NULL CHECK (purpose IN ('enter', 'link', 'prove')),
    -- Whose, where somebody who is signed in began it.
    account INTEGER,
    request TEXT NOT NULL UNIQUE, provider TEXT, redirect_uri TEXT, client_state TEXT, code_challenge TEXT,
    user_code TEXT UNIQUE, device_name TEXT, platform TEXT, place TEXT, page TEXT UNIQUE,
    trip TEXT UNIQUE, trip_browser TEXT,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, interval_ms INTEGER NOT NULL DEFAULT 0, polled_at INTEGER,
    -- Who it turned out to be and by what; or why nobody.
    kind TEXT, subject TEXT, label TEXT, how TEXT CHECK (how IN ('provider', 'password', 'code')), evidence TEXT, refusal TEXT,
    code TEXT UNIQUE, settled_at INTEGER, used_at INTEGER
  ) STRICT;
  CREATE INDEX authorizations_by_time ON authorizations (created_at);
  `,
  `
  -- Which devices the number of a plan counts.
  ALTER TABLE plans ADD COLUMN devices_counted TEXT NOT NULL DEFAULT 'all' CHECK (devices_counted IN ('all', 'computers'));
  UPDATE plans SET devices_counted = 'computers' WHERE id = 'premium';

  -- ended_from: what the device is called that ended this one. seen_from: the network, never an address.
  ALTER TABLE devices ADD COLUMN ended_from TEXT;
  ALTER TABLE devices ADD COLUMN seen_from TEXT;
  -- What the device told of its sync, when, and when it last had all.
  ALTER TABLE devices ADD COLUMN sync_state TEXT;
  ALTER TABLE devices ADD COLUMN sync_waiting INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE devices ADD COLUMN sync_issues INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE devices ADD COLUMN sync_at INTEGER;
  ALTER TABLE devices ADD COLUMN synced_at INTEGER;

  -- Somebody who showed who they are, and has to choose a device to sign out. Gone when it was used.
  CREATE TABLE device_choices (
    hash TEXT PRIMARY KEY, account INTEGER NOT NULL, proved_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX device_choices_by_account ON device_choices (account);
  `,
  `
  -- When somebody showed who they are, as far as a service tells; settled_at is when the browser came back.
  ALTER TABLE authorizations ADD COLUMN proved_at INTEGER;
  -- The network that a code was asked for from, never an address.
  ALTER TABLE challenges ADD COLUMN came_from TEXT;
  `,
  `
  -- Which way the history of the drive took: another after each restored backup that showed.
  ALTER TABLE accounts ADD COLUMN branch TEXT NOT NULL DEFAULT '';
  `,
];

/** Schema of the database that holds small blocks. */
export const blockMigrations: readonly string[] = [
  `CREATE TABLE small_blocks (no INTEGER PRIMARY KEY, object TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT;`,
];
