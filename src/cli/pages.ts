/** All rows of a list that is given in pages. */
export async function everyPage<Row>(
  ask: (page: { limit: number; cursor?: string }) => Promise<{ readonly rows: readonly Row[]; readonly next: string | null }>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly rows: readonly Row[]; readonly next: string | null } = await ask(
      cursor === null ? { limit: 1000 } : { limit: 1000, cursor },
    );
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}
