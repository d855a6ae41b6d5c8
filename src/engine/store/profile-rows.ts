import { type SettingKey, type SettingValue, settings } from '../../contract/index.ts';
import type { AccountRow, AgreedSettings, ChallengeRow, CursorRow, DeletionRow, FolderRow, LocalOnlyRow } from './api.ts';
import type { Sql } from './sql.ts';

/** Single values, kept as JSON under a key. */
export function profileRows(sql: Sql) {
  const read = sql.query('SELECT value FROM profile WHERE key = ?');
  const write = sql.change('INSERT INTO profile (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  const remove = sql.change('DELETE FROM profile WHERE key = ?');

  const get = (key: string): unknown => {
    const row = read.get(key);
    return row === undefined ? undefined : JSON.parse(row[0] as string);
  };
  /** Null and undefined take the row away. */
  const set = (key: string, value: unknown): void => {
    if (value === null || value === undefined) remove.run(key);
    else write.run(key, JSON.stringify(value));
  };

  return {
    reads: {
      account: () => {
        const row = (get('account') ?? null) as (Omit<AccountRow, 'label'> & { readonly label?: string; readonly email?: string }) | null;
        // An earlier version knew accounts by their e-mail address only.
        return row === null ? null : { ...row, label: row.label ?? row.email ?? '' };
      },
      keptUntil: () => (get('keptUntil') ?? null) as number | null,
      folder: () => (get('folder') ?? null) as FolderRow | null,
      localOnlyFolders: () =>
        ((get('localOnlyFolders') ?? []) as readonly (LocalOnlyRow | string)[]).map(
          // An earlier version wrote only the path.
          (row): LocalOnlyRow => (typeof row === 'string' ? { path: row, identity: null } : row),
        ),
      marksStamp: () => (get('marksStamp') ?? 0) as number,
      cursor: () => (get('cursor') ?? null) as CursorRow | null,
      trashDue: () => (get('trashDue') ?? {}) as Readonly<Record<string, number>>,
      challenges: () => (get('challenges') ?? []) as readonly ChallengeRow[],
      recentDeletions: () => (get('recentDeletions') ?? []) as readonly DeletionRow[],
      setting<K extends SettingKey>(key: K): SettingValue<K> {
        // A value that an older or newer version wrote may no longer be allowed; then the initial one holds.
        const known = settings[key].schema.safeParse(get(`setting.${key}`));
        return (known.success ? known.data : settings[key].initial) as SettingValue<K>;
      },
      agreedSettings: () => (get('agreedSettings') ?? null) as AgreedSettings | null,
      pausedUntil: () => {
        const pause = get('pause') as { readonly until: number | null } | undefined;
        return pause === undefined ? 'resumed' : pause.until;
      },
    },
    writes: {
      setAccount: (account: AccountRow | null) => set('account', account),
      setKeptUntil: (at: number | null) => set('keptUntil', at),
      setFolder: (folder: FolderRow | null) => set('folder', folder),
      setLocalOnlyFolders: (folders: readonly LocalOnlyRow[]) => set('localOnlyFolders', folders),
      setMarksStamp: (stamp: number) => set('marksStamp', stamp),
      setCursor: (cursor: CursorRow | null) => set('cursor', cursor),
      setTrashDue: (days: Readonly<Record<string, number>>) => set('trashDue', Object.keys(days).length === 0 ? null : days),
      setChallenges: (rows: readonly ChallengeRow[]) => set('challenges', rows.length === 0 ? null : rows),
      setRecentDeletions: (rows: readonly DeletionRow[]) => set('recentDeletions', rows.length === 0 ? null : rows),
      setSetting: <K extends SettingKey>(key: K, value: SettingValue<K>) => set(`setting.${key}`, value),
      setAgreedSettings: (agreed: AgreedSettings) => set('agreedSettings', agreed),
      setPausedUntil: (until: number | 'resumed' | null) => set('pause', until === 'resumed' ? null : { until }),
    },
  };
}
