/** What the feed has yet to tell of, one by one: it grows with each answer while the feed is not read. */
export const unheard = `
CREATE TABLE unheard (id BLOB PRIMARY KEY CHECK (length(id) = 16)) STRICT, WITHOUT ROWID;
INSERT INTO unheard SELECT unhex(id.value) FROM profile, json_each(profile.value) AS id WHERE profile.key = 'unheard';
DELETE FROM profile WHERE key = 'unheard';
`;
