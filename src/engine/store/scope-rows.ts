import type { Fingerprint, NodeId } from '../model/index.ts';
import type { RulesRow } from './api.ts';
import { asHex, fromHex } from './bytes.ts';
import type { Row, Sql } from './sql.ts';

/** Rules of folders as they were last read, and the folders that are not kept on this device. */
export function scopeRows(sql: Sql) {
  const rules = sql.query(`SELECT ${asHex('folder')}, text, seen FROM rules`);
  const put = sql.change(`INSERT OR REPLACE INTO rules (folder, text, seen) VALUES (${fromHex}, ?, ?)`);
  const remove = sql.change(`DELETE FROM rules WHERE folder = ${fromHex}`);
  const rebind = sql.change(`UPDATE OR REPLACE rules SET folder = ${fromHex} WHERE folder = ${fromHex}`);
  const dropStray = sql.change(`
    DELETE FROM rules WHERE folder <> zeroblob(16)
    AND folder NOT IN (SELECT id FROM local) AND folder NOT IN (SELECT id FROM remote)`);
  const clear = sql.change('DELETE FROM rules');
  const excluded = sql.query(`SELECT ${asHex('id')} FROM not_kept`);
  const exclude = sql.change(`INSERT OR IGNORE INTO not_kept (id) VALUES (${fromHex})`);
  const include = sql.change(`DELETE FROM not_kept WHERE id = ${fromHex}`);
  const includeAll = sql.change('DELETE FROM not_kept');

  return {
    clear() {
      clear.run();
      includeAll.run();
    },
    rebind: (from: NodeId, to: NodeId) => void rebind.run(to, from),
    reads: {
      rules: (): readonly RulesRow[] => rules.all().map(toRules),
      excluded: (): readonly NodeId[] => excluded.all().map((row) => row[0] as NodeId),
    },
    writes: {
      putRules: ({ folder, text, seen }: RulesRow) => void put.run(folder, text, seen === null ? null : JSON.stringify(seen)),
      deleteRules: (folder: NodeId) => void remove.run(folder),
      dropStrayRules: () => void dropStray.run(),
      setExcluded: (id: NodeId, is: boolean) => void (is ? exclude : include).run(id),
    },
  };
}

const toRules = (row: Row): RulesRow => ({
  folder: row[0] as NodeId,
  text: row[1] as string | null,
  seen: row[2] === null ? null : (JSON.parse(row[2] as string) as Fingerprint),
});
