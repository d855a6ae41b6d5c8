import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { settings, TidemarkError } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { OWN_FOLDER, parseRules } from '../ignore/index.ts';
import type { Store } from '../store/index.ts';

/**
 * A second copy, in the synced folder itself, of what this device must not send, or fetch: the database can be lost, and a
 * folder that never left this machine must not leave it for that, nor a disk be filled with what is not kept on it.
 */
const copySchema = z.object({
  localOnly: z.array(
    z.object({
      path: z.string().refine((path) => path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')),
      identity: z.object({ dev: z.string(), ino: z.string(), birthtimeNs: z.string(), ctimeNs: z.string() }).nullable(),
    }),
  ),
  rules: settings['ignore.rules'].schema.refine((text) => !parseRules(text).tooMany),
  /** Folders of the account that are not kept on this device. An earlier version did not write them. */
  notKept: z.object({ account: z.string(), ids: z.array(z.string().regex(/^[0-9a-f]{32}$/)) }).optional(),
  /** Counts the copies that were written, as the database does: tells which of the two is newer. */
  stamp: z.number().int().nonnegative().optional(),
});
type MarksCopy = z.infer<typeof copySchema>;

const own = (root: string): string => `${root}/${OWN_FOLDER}`;
const placeOf = (root: string): string => `${own(root)}/marks.json`;

/** What the copy has to say; undefined while no folder syncs. */
function marksOf(store: Store): Omit<MarksCopy, 'stamp'> | undefined {
  const folder = store.folder();
  if (folder === null) return undefined;
  const prefix = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  const localOnly = store
    .localOnlyFolders()
    .flatMap(({ path, identity }) => (path.startsWith(prefix) ? [{ path: path.slice(prefix.length), identity }] : []));
  const account = store.account()?.accountId;
  const ids = [...store.excluded()].sort();
  const notKept = account === undefined || ids.length === 0 ? undefined : { account, ids };
  return { localOnly, rules: store.setting('ignore.rules'), ...(notKept === undefined ? {} : { notKept }) };
}

/** What the copy was last brought to, to find out quickly that nothing changed. */
export const marksText = (store: Store): string => JSON.stringify(marksOf(store) ?? null);

/** Brings the copy to what the database says; writes only what differs. Throws DiskFault. */
export async function copyMarks(disk: Pick<Disk, 'stat' | 'readText' | 'writeText'>, root: string, store: Store): Promise<void> {
  const marks = marksOf(store);
  if (marks === undefined) return;
  // A link would lead out of the folder.
  if ((await disk.stat(own(root)))?.kind !== 'folder') throw new DiskFault('missing', own(root));
  const before = await readMarks(disk, root).catch(() => undefined);
  if (before !== undefined && isDeepStrictEqual(withoutStamp(before), marks)) return;
  const stamp = Math.max(store.marksStamp(), before?.stamp ?? 0) + 1;
  // First here: a copy that is older than the database is only out of date.
  store.transaction((write) => write.setMarksStamp(stamp));
  await disk.writeText(placeOf(root), `${JSON.stringify({ ...marks, stamp })}\n`);
}

const withoutStamp = ({ stamp: _, ...marks }: MarksCopy): Omit<MarksCopy, 'stamp'> => marks;

/**
 * For a folder that is being added: what an earlier database knew of it is known again, beside what this one knows.
 * Throws TidemarkError marks_unreadable: nothing may be sent before a person has decided.
 */
export async function recallMarks(disk: Pick<Disk, 'stat' | 'readText'>, root: string, store: Store): Promise<void> {
  const copy = await readMarks(disk, root);
  if (copy !== undefined) recall(copy, root, store);
}

/**
 * Where the copy is newer than the database, that one was put back to an earlier state: what was marked since holds on.
 * True when there was something to recall. A copy that cannot be read says nothing; it is written anew. Throws DiskFault.
 */
export async function recallNewerMarks(disk: Pick<Disk, 'stat' | 'readText'>, root: string, store: Store): Promise<boolean> {
  const copy = await readMarks(disk, root).catch((error: unknown) => {
    if (error instanceof TidemarkError && error.cause instanceof DiskFault) throw error.cause;
    return undefined;
  });
  if (copy === undefined || (copy.stamp ?? 0) <= store.marksStamp()) return false;
  recall(copy, root, store);
  // Those of the database are older. That there are none any more is for the person to say again: nothing is sent for it.
  if (copy.rules !== '') store.transaction((write) => write.setSetting('ignore.rules', copy.rules));
  return true;
}

function recall(copy: MarksCopy, root: string, store: Store): void {
  const known = store.localOnlyFolders();
  const recalled = copy.localOnly
    .map(({ path, identity }) => ({ path: `${root}/${path}`, identity }))
    .filter(({ path }) => !known.some((one) => one.path === path));
  store.transaction((write) => {
    if (recalled.length > 0) write.setLocalOnlyFolders([...known, ...recalled]);
    // Of another account's folders nothing is known here.
    if (copy.notKept !== undefined && copy.notKept.account === store.account()?.accountId)
      for (const id of copy.notKept.ids) write.setExcluded(id, true);
    if (store.setting('ignore.rules') === '' && copy.rules !== '') write.setSetting('ignore.rules', copy.rules);
    write.setMarksStamp(copy.stamp ?? 0);
  });
}

async function readMarks(disk: Pick<Disk, 'stat' | 'readText'>, root: string): Promise<MarksCopy | undefined> {
  const path = placeOf(root);
  try {
    if ((await disk.stat(own(root)))?.kind !== 'folder') return undefined;
    const text = await disk.readText(path);
    return text === undefined ? undefined : copySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new TidemarkError('marks_unreadable', { path }, { cause });
  }
}
