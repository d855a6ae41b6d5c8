/**
 * Ids and hashes are BLOBs (16 and 32 bytes), half of their hex. Rows of the trees lie in the order of their ids, so that
 * the three trees can be compared in one merge; `blocks` comes last because long ones spill over to other pages.
 */
export const initial = `
CREATE TABLE remote (
  id BLOB PRIMARY KEY CHECK (length(id) = 16), parent BLOB NOT NULL CHECK (length(parent) = 16),
  name TEXT NOT NULL, name_key TEXT NOT NULL, folder INTEGER NOT NULL,
  revision BLOB NOT NULL CHECK (length(revision) = 16), modified_by TEXT, modified_at INTEGER NOT NULL,
  size INTEGER, hash BLOB CHECK (length(hash) = 32), mtime_ms INTEGER, executable INTEGER, conflict_of BLOB CHECK (length(conflict_of) = 16),
  conflict_device TEXT, blocks BLOB,
  CHECK (folder = 1 OR hash IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_children ON remote (parent, name_key);
CREATE INDEX remote_conflicts ON remote (conflict_of) WHERE conflict_of IS NOT NULL;

-- Nanoseconds, inode and device as text: they pass 2^53 (and FILETIME's year 1601 passes 2^63).
CREATE TABLE local (
  id BLOB PRIMARY KEY CHECK (length(id) = 16), parent BLOB NOT NULL CHECK (length(parent) = 16),
  name TEXT NOT NULL, name_key TEXT NOT NULL, folder INTEGER NOT NULL,
  stat_size INTEGER NOT NULL, dev TEXT NOT NULL, ino TEXT NOT NULL, birthtime_ns TEXT NOT NULL, mtime_ns TEXT NOT NULL,
  ctime_ns TEXT NOT NULL, mode INTEGER NOT NULL, links INTEGER NOT NULL,
  conflict_of BLOB CHECK (length(conflict_of) = 16), size INTEGER, hash BLOB CHECK (length(hash) = 32), blocks BLOB,
  CHECK ((hash IS NULL) = (size IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX local_children ON local (parent, name_key);
CREATE INDEX local_inodes ON local (ino);
CREATE INDEX local_conflicts ON local (conflict_of) WHERE conflict_of IS NOT NULL;

CREATE TABLE synced (
  id BLOB PRIMARY KEY CHECK (length(id) = 16), parent BLOB NOT NULL CHECK (length(parent) = 16),
  name TEXT NOT NULL, name_key TEXT NOT NULL, folder INTEGER NOT NULL,
  revision BLOB NOT NULL CHECK (length(revision) = 16), hash BLOB CHECK (length(hash) = 32),
  CHECK (folder = 1 OR hash IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX synced_children ON synced (parent, name_key);

-- Single values as JSON: account, folder, cursor, pause, settings.
CREATE TABLE profile (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, data TEXT NOT NULL) STRICT;

-- search_key: both paths as name keys, so that searching ignores case and composition in every script.
CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, other_path TEXT,
  size INTEGER, device TEXT, search_key TEXT NOT NULL
) STRICT;

CREATE TABLE issue (
  key TEXT PRIMARY KEY, path TEXT NOT NULL, kind TEXT, reason TEXT NOT NULL, since INTEGER NOT NULL,
  attempts INTEGER NOT NULL, next_try_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE question (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, side TEXT NOT NULL, items INTEGER NOT NULL, examples TEXT NOT NULL,
  choices TEXT NOT NULL, since INTEGER NOT NULL, ids BLOB NOT NULL, answer TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE trash (
  id INTEGER PRIMARY KEY AUTOINCREMENT, trash_path TEXT NOT NULL, original_path TEXT NOT NULL, why TEXT NOT NULL,
  at INTEGER NOT NULL, activity_id INTEGER
) STRICT;
`;
