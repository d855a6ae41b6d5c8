import type { JournalRow, TrashRow } from './api.ts';
import type { Row, Sql } from './sql.ts';

/** What a crash must not forget: requests under way, and where replaced and deleted files lie. */
export function journalRows(sql: Sql) {
  const journal = sql.query('SELECT id, kind, data FROM journal ORDER BY id');
  const addJournal = sql.change('INSERT INTO journal (kind, data) VALUES (?, ?)');
  const putJournal = sql.change('UPDATE journal SET data = ? WHERE id = ?');
  const deleteJournal = sql.change('DELETE FROM journal WHERE id = ?');
  const clearJournal = sql.change('DELETE FROM journal');
  const trash = sql.query('SELECT id, trash_path, original_path, why, at, activity_id FROM trash ORDER BY id');
  const trashOf = sql.query('SELECT id, trash_path, original_path, why, at, activity_id FROM trash WHERE activity_id = ?');
  const addTrash = sql.change('INSERT INTO trash (trash_path, original_path, why, at, activity_id) VALUES (?, ?, ?, ?, ?)');
  const deleteTrash = sql.change('DELETE FROM trash WHERE id = ?');

  return {
    clearJournal: () => void clearJournal.run(),
    reads: {
      journal: () =>
        journal.all().map((row): JournalRow => ({ id: row[0] as number, kind: row[1] as string, data: JSON.parse(row[2] as string) })),
      trash: () => trash.all().map(toTrash),
      trashOf(activityId: number): TrashRow | undefined {
        const row = trashOf.get(activityId);
        return row === undefined ? undefined : toTrash(row);
      },
    },
    writes: {
      addJournal: (kind: string, data: unknown): number => addJournal.run(kind, JSON.stringify(data ?? null)).rowId,
      putJournal: (id: number, data: unknown) => void putJournal.run(JSON.stringify(data ?? null), id),
      deleteJournal: (id: number) => void deleteJournal.run(id),
      addTrash: (row: Omit<TrashRow, 'id'>): number => addTrash.run(row.trashPath, row.originalPath, row.why, row.at, row.activityId).rowId,
      deleteTrash: (id: number) => void deleteTrash.run(id),
    },
  };
}

const toTrash = (row: Row): TrashRow => ({
  id: row[0] as number,
  trashPath: row[1] as string,
  originalPath: row[2] as string,
  why: row[3] as TrashRow['why'],
  at: row[4] as number,
  activityId: row[5] as number | null,
});
