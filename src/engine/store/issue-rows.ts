import type { ErrorData } from '../../contract/index.ts';
import type { IssueRow } from './api.ts';
import type { Row, Sql } from './sql.ts';

const COLUMNS = 'key, path, kind, reason, since, attempts, next_try_at';

export function issueRows(sql: Sql) {
  const one = sql.query(`SELECT ${COLUMNS} FROM issue WHERE key = ?`);
  const page = sql.query(`SELECT ${COLUMNS} FROM issue WHERE key > ? ORDER BY key LIMIT ?`);
  const count = sql.query('SELECT count(*) FROM issue');
  const put = sql.change(`INSERT OR REPLACE INTO issue (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const remove = sql.change('DELETE FROM issue WHERE key = ?');
  const clear = sql.change('DELETE FROM issue');

  return {
    clear: () => void clear.run(),
    reads: {
      issue(key: string): IssueRow | undefined {
        const row = one.get(key);
        return row === undefined ? undefined : toIssue(row);
      },
      /** In the order of their keys, the only one that stays put while issues come and go between two pages. */
      issues: ({ after, limit }: { after?: string; limit: number }): readonly IssueRow[] => page.all(after ?? '', limit).map(toIssue),
      issueCount: () => count.get()?.[0] as number,
    },
    writes: {
      putIssue: (issue: IssueRow) =>
        void put.run(issue.key, issue.path, issue.kind, JSON.stringify(issue.reason), issue.since, issue.attempts, issue.nextTryAt),
      deleteIssue: (key: string) => void remove.run(key),
    },
  };
}

const toIssue = (row: Row): IssueRow => ({
  key: row[0] as string,
  path: row[1] as string,
  kind: row[2] as IssueRow['kind'],
  reason: JSON.parse(row[3] as string) as ErrorData,
  since: row[4] as number,
  attempts: row[5] as number,
  nextTryAt: row[6] as number | null,
});
