/** What it takes to undo a line of the activity, and which line did. */
export const undo = `
ALTER TABLE activity ADD COLUMN node BLOB CHECK (length(node) = 16);
ALTER TABLE activity ADD COLUMN reversal TEXT;
ALTER TABLE activity ADD COLUMN undoes INTEGER;
ALTER TABLE activity ADD COLUMN undone_by INTEGER;
CREATE INDEX trash_activity ON trash (activity_id) WHERE activity_id IS NOT NULL;
UPDATE activity SET reversal = '{"way":"bring_back","hash":null}'
  WHERE kind = 'deleted_here' AND id IN (SELECT activity_id FROM trash);
`;
