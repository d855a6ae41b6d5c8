import type { NodeId } from '../model/index.ts';
import { asHex, fromHex } from './bytes.ts';
import type { Sql } from './sql.ts';

/** What answers of the cloud told of, and its feed has not yet. */
export function unheardRows(sql: Sql) {
  const all = sql.query(`SELECT ${asHex('id')} FROM unheard`);
  const add = sql.change(`INSERT OR IGNORE INTO unheard (id) VALUES (${fromHex})`);
  const remove = sql.change(`DELETE FROM unheard WHERE id = ${fromHex}`);
  const clear = sql.change('DELETE FROM unheard');

  return {
    reads: {
      unheard: (): readonly NodeId[] => all.all().map((row) => row[0] as NodeId),
    },
    writes: {
      addUnheard: (id: NodeId) => void add.run(id),
      deleteUnheard: (id: NodeId) => void remove.run(id),
      clearUnheard: () => void clear.run(),
    },
  };
}
