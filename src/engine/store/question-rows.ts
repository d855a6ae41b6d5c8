import type { QuestionRow } from './api.ts';
import { idListBytes, toIdList } from './bytes.ts';
import type { Row, Sql } from './sql.ts';

const COLUMNS = 'id, kind, side, items, examples, choices, since, ids, answer';

export function questionRows(sql: Sql) {
  const all = sql.query(`SELECT ${COLUMNS} FROM question ORDER BY since, id`);
  const put = sql.change(`INSERT OR REPLACE INTO question (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const remove = sql.change('DELETE FROM question WHERE id = ?');
  const clear = sql.change('DELETE FROM question');

  return {
    clear: () => void clear.run(),
    reads: { questions: () => all.all().map(toQuestion) },
    writes: {
      putQuestion: (row: QuestionRow) =>
        void put.run(
          row.id,
          row.kind,
          row.side,
          row.items,
          JSON.stringify(row.examples),
          JSON.stringify(row.choices),
          row.since,
          idListBytes(row.ids),
          row.answer,
        ),
      deleteQuestion: (id: string) => void remove.run(id),
    },
  };
}

const toQuestion = (row: Row): QuestionRow => ({
  id: row[0] as string,
  kind: row[1] as QuestionRow['kind'],
  side: row[2] as QuestionRow['side'],
  items: row[3] as number,
  examples: JSON.parse(row[4] as string) as QuestionRow['examples'],
  choices: JSON.parse(row[5] as string) as QuestionRow['choices'],
  since: row[6] as number,
  ids: toIdList(row[7]),
  answer: row[8] as QuestionRow['answer'],
});
