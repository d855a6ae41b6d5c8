import { nameKey } from '../../base/index.ts';
import type { ActivityRow, NewActivity, Reversal } from './api.ts';
import { asHex, fromHex, hexOrNull } from './bytes.ts';
import type { Cell, Row, Sql } from './sql.ts';

/** History for people; older rows are dropped when the database is opened, so that it does not grow for ever. */
const KEPT_ROWS = 200_000;

const COLUMNS = `id, at, kind, path, other_path, size, device, ${asHex('node')}, reversal, undoes, undone_by,
  EXISTS (SELECT 1 FROM trash WHERE activity_id = activity.id)`;

export function activityRows(sql: Sql) {
  const add = sql.change(`
    INSERT INTO activity (at, kind, path, other_path, size, device, search_key, node, reversal, undoes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ${fromHex}, ?, ?)`);
  const page = sql.query(`
    SELECT ${COLUMNS} FROM activity
    WHERE id < ? AND (? IS NULL OR instr(search_key, ?) > 0) AND (? IS NULL OR kind IN (SELECT value FROM json_each(?)))
    ORDER BY id DESC LIMIT ?`);
  const one = sql.query(`SELECT ${COLUMNS} FROM activity WHERE id = ?`);
  const setUndone = sql.change('UPDATE activity SET undone_by = ? WHERE id = ?');
  const forgetReversals = sql.change('UPDATE activity SET reversal = NULL WHERE reversal IS NOT NULL');
  const prune = sql.change(`DELETE FROM activity WHERE id <= (SELECT max(id) FROM activity) - ${String(KEPT_ROWS)}`);

  return {
    prune: () => void prune.run(),
    forgetReversals: () => void forgetReversals.run(),
    reads: {
      /** Newest first; `before` is the id of the last row of the page before. */
      activity({ before, limit, search, kinds }: { before?: number; limit: number; search?: string; kinds?: readonly string[] }) {
        const wanted: Cell = search === undefined || search === '' ? null : nameKey(search);
        const among: Cell = kinds === undefined ? null : JSON.stringify(kinds);
        return page.all(before ?? Number.MAX_SAFE_INTEGER, wanted, wanted, among, among, limit).map(toActivity);
      },
      activityRow(id: number): ActivityRow | undefined {
        const row = one.get(id);
        return row === undefined ? undefined : toActivity(row);
      },
    },
    writes: {
      addActivity(entry: NewActivity): ActivityRow {
        const { at, kind, path, otherPath, sizeBytes, device, node = null, reversal = null, undoes = null } = entry;
        const searchKey = nameKey(otherPath === null ? path : `${path}\n${otherPath}`);
        const how = reversal === null ? null : JSON.stringify(reversal);
        const { rowId } = add.run(at, kind, path, otherPath, sizeBytes, device, searchKey, node, how, undoes);
        return { ...entry, node, reversal, undoes, id: rowId, undoneBy: null, inTrash: false };
      },
      setUndone: (id: number, by: number) => void setUndone.run(by, id),
    },
  };
}

const toActivity = (row: Row): ActivityRow => ({
  id: row[0] as number,
  at: row[1] as number,
  kind: row[2] as ActivityRow['kind'],
  path: row[3] as string,
  otherPath: row[4] as string | null,
  sizeBytes: row[5] as number | null,
  device: row[6] as string | null,
  node: hexOrNull(row[7]),
  reversal: row[8] === null ? null : (JSON.parse(row[8] as string) as Reversal),
  undoes: row[9] as number | null,
  undoneBy: row[10] as number | null,
  inTrash: row[11] === 1,
});
