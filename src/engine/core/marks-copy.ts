import { z } from 'zod';
import { settings, TidemarkError } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
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
  rules: settings['ignore.rules'].schema,
  /** Folders of the account that are not kept on this device. An earlier version did not write them. */
  notKept: z.object({ account: z.string(), ids: z.array(z.string().regex(/^[0-9a-f]{32}$/)) }).optional(),
});
type MarksCopy = z.infer<typeof copySchema>;

const own = (root: string): string => `${root}/${OWN_FOLDER}`;
const placeOf = (root: string): string => `${own(root)}/marks.json`;

/** The copy as it has to be; undefined while no folder syncs. */
export function marksText(store: Pick<Store, 'account' | 'excluded' | 'folder' | 'localOnlyFolders' | 'setting'>): string | undefined {
  const folder = store.folder();
  if (folder === null) return undefined;
  const prefix = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  const localOnly = store
    .localOnlyFolders()
    .flatMap(({ path, identity }) => (path.startsWith(prefix) ? [{ path: path.slice(prefix.length), identity }] : []));
  const account = store.account()?.accountId;
  const ids = [...store.excluded()].sort();
  const notKept = account === undefined || ids.length === 0 ? undefined : { account, ids };
  const copy: MarksCopy = { localOnly, rules: store.setting('ignore.rules'), ...(notKept === undefined ? {} : { notKept }) };
  return `${JSON.stringify(copy)}\n`;
}

/** Brings the copy to what the database says; writes only what differs. Throws DiskFault. */
export async function copyMarks(disk: Pick<Disk, 'stat' | 'readText' | 'writeText'>, root: string, text: string): Promise<void> {
  // A link would lead out of the folder.
  if ((await disk.stat(own(root)))?.kind !== 'folder') throw new DiskFault('missing', own(root));
  const path = placeOf(root);
  const before = (await disk.stat(path))?.kind === 'file' ? await disk.readText(path).catch(() => undefined) : undefined;
  if (before !== text) await disk.writeText(path, text);
}

/**
 * For a folder that is being added: what an earlier database knew of it is known again, beside what this one knows.
 * Throws TidemarkError marks_unreadable: nothing may be sent before a person has decided.
 */
export async function recallMarks(disk: Pick<Disk, 'stat' | 'readText'>, root: string, store: Store): Promise<void> {
  const copy = await readMarks(disk, root);
  if (copy === undefined) return;
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
