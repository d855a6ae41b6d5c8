/** What rules leave out, what never leaves this machine, and what is not kept on it. */
export const leftOut = `
-- Left out by a rule since it was agreed on: that one side has lost it says nothing.
ALTER TABLE synced ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
CREATE INDEX synced_aside ON synced (id) WHERE aside = 1;
-- Something lies in the folder on the disk that is left out and has no row.
ALTER TABLE local ADD COLUMN holds_ignored INTEGER NOT NULL DEFAULT 0;

-- The last known rules of folders. text: null when there are some that could not be read yet. seen: the file as it was read.
CREATE TABLE rules (
  folder BLOB PRIMARY KEY CHECK (length(folder) = 16), text TEXT, seen TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_rules ON remote (parent) WHERE name_key = '.tidemarkignore';
CREATE INDEX local_rules ON local (parent) WHERE name_key = '.tidemarkignore';

-- Folders of the cloud that are not kept on this device.
CREATE TABLE not_kept (id BLOB PRIMARY KEY CHECK (length(id) = 16)) STRICT, WITHOUT ROWID;
`;
