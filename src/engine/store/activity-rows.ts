import { nameKey } from '../../base/index.ts';
import type { Activity } from '../../contract/index.ts';
import type { Cell, Row, Sql } from './sql.ts';

/** History for people; older rows are dropped when the database is opened, so that it does not grow for ever. */
const KEPT_ROWS = 200_000;

const COLUMNS = 'id, at, kind, path, other_path, size, device';

export function activityRows(sql: Sql) {
  const add = sql.change('INSERT INTO activity (at, kind, path, other_path, size, device, search_key) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const page = sql.query(`
    SELECT ${COLUMNS} FROM activity
    WHERE id < ? AND (? IS NULL OR instr(search_key, ?) > 0) AND (? IS NULL OR kind IN (SELECT value FROM json_each(?)))
    ORDER BY id DESC LIMIT ?`);
  const prune = sql.change(`DELETE FROM activity WHERE id <= (SELECT max(id) FROM activity) - ${String(KEPT_ROWS)}`);

  return {
    prune: () => void prune.run(),
    reads: {
      /** Newest first; `before` is the id of the last row of the page before. */
      activity({ before, limit, search, kinds }: { before?: number; limit: number; search?: string; kinds?: readonly string[] }) {
        const wanted: Cell = search === undefined || search === '' ? null : nameKey(search);
        const among: Cell = kinds === undefined ? null : JSON.stringify(kinds);
        return page.all(before ?? Number.MAX_SAFE_INTEGER, wanted, wanted, among, among, limit).map(toActivity);
      },
    },
    writes: {
      addActivity(entry: Omit<Activity, 'id'>): Activity {
        const searchKey = nameKey(entry.otherPath === null ? entry.path : `${entry.path}\n${entry.otherPath}`);
        const { rowId } = add.run(entry.at, entry.kind, entry.path, entry.otherPath, entry.sizeBytes, entry.device, searchKey);
        return { ...entry, id: rowId };
      },
    },
  };
}

const toActivity = (row: Row): Activity => ({
  id: row[0] as number,
  at: row[1] as number,
  kind: row[2] as Activity['kind'],
  path: row[3] as string,
  otherPath: row[4] as string | null,
  sizeBytes: row[5] as number | null,
  device: row[6] as string | null,
});
