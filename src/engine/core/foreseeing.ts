import { joinPath, nameKey } from '../../base/index.ts';
import type { ErrorData } from '../../contract/index.ts';
import type { Executor } from '../apply/index.ts';
import { type Disk, DiskFault, type Environment } from '../environment.ts';
import { RULES_FILE } from '../ignore/index.ts';
import { faultReason, gather, knownLocal, reconcile } from '../local/index.ts';
import { type LocalFile, type LocalNode, type NodeId, ROOT_ID, type Trees } from '../model/index.ts';
import { compareSides, type Foresight, foresee, OverlayTree, type Policy } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import type { ScopeKeeper } from './scope-keeper.ts';

export interface Unreadable {
  readonly path: string;
  readonly reason: ErrorData;
}

/** What would be done, and the files of this device of which nothing can be said since they cannot be read. */
export interface Foreseen extends Foresight {
  readonly unreadable: readonly Unreadable[];
}

interface Parts {
  readonly environment: Pick<Environment, 'disk' | 'clock' | 'random'>;
  readonly store: Store;
  /** Absolute. */
  readonly root: string;
  readonly scopes: ScopeKeeper;
  readonly policy: Policy;
  readonly signal: AbortSignal;
}

/** How many files are asked at a time whether they can be read. */
const IN_FLIGHT = 16;
/** How many files are given to the disk to be read at a time: several of its batches, since each takes some KB of memory. */
const READ_AT_ONCE = 1000;

/** From what was last seen on both sides; looks at the disk only where a rules file is about to go. Changes nothing. */
export async function foreseeAll(parts: Parts, ids: readonly NodeId[]): Promise<Foreseen> {
  const { store } = parts;
  const made = await foreseeWith(parts, store, ids, parts.policy);
  const going = rulesThatGo(store, made.end);
  if (going.size === 0) return made;
  const { local, found } = await withoutRules(parts, going);
  const judgedAnew = [...going].flatMap((folder) => [...parts.scopes.itemsBelow(folder)]);
  const scope = parts.scopes.forPlan(going);
  return foreseeWith(parts, { remote: store.remote, synced: store.synced, local }, [...ids, ...judgedAnew, ...found], {
    ...parts.policy,
    scope,
  });
}

/** Reads files whose content has to be known before it can be said what would be done; those that cannot be read stay as they are. */
export async function readUnknown(store: Store, executor: Executor, isInFlight: (id: NodeId) => boolean): Promise<void> {
  const ids = [...new Set([...compareSides(store).unread, ...touched(store)])].filter((id) => !isInFlight(id));
  for (let first = 0; first < ids.length; first += READ_AT_ONCE) {
    const page = ids.slice(first, first + READ_AT_ONCE);
    await Promise.all(page.map((id) => executor.run({ op: 'hash', id }).catch(() => undefined)));
  }
}

/** Files that are on both sides, or were, and were written to since they were read. */
function touched(store: Store): readonly NodeId[] {
  return store.divergentIds().filter((id) => {
    const local = store.local.get(id);
    const wasThere = store.remote.get(id)?.kind === 'file' || store.synced.get(id)?.kind === 'file';
    return local?.kind === 'file' && local.content === null && wasThere;
  });
}

async function foreseeWith(parts: Parts, trees: Trees, ids: readonly NodeId[], policy: Policy): Promise<Foreseen> {
  const unreadable = new Map<NodeId, Unreadable>();
  const unread = [...new Set(ids)].flatMap((id) => {
    const node = trees.local.get(id);
    return node?.kind === 'file' && node.content === null && policy.scope?.at('local', node) === undefined ? [node] : [];
  });
  for (let first = 0; first < unread.length; first += IN_FLIGHT) {
    const asked = unread.slice(first, first + IN_FLIGHT);
    const answers = await Promise.all(asked.map((node) => unreadableFile(parts, trees, node)));
    asked.forEach(({ id }, index) => {
      const answer = answers[index];
      if (answer !== undefined) unreadable.set(id, answer);
    });
  }
  const isUnreadable = (id: NodeId): boolean => unreadable.has(id);
  const foreseen = foresee(trees, ids, { ...policy, busy: isUnreadable, resting: isUnreadable, underWay: () => unreadable.keys() });
  return { ...foreseen, unreadable: [...unreadable.values()] };
}

/** Its first byte tells. A file that is not as it was last seen any more is not judged. */
async function unreadableFile({ environment, root }: Parts, trees: Trees, node: LocalFile): Promise<Unreadable | undefined> {
  const path = pathIn(trees.local, node);
  if (path === undefined) return undefined;
  try {
    await environment.disk.read(`${root}/${path}`, 0, Math.min(1, node.stat.size), node.stat);
    return undefined;
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    if (error.code !== 'denied' && error.code !== 'failed') return undefined;
    return { path, reason: faultReason(error.code, path) };
  }
}

/** Undefined for what is out of sight. */
function pathIn(tree: Trees['local'], node: LocalNode): string | undefined {
  const names: string[] = [];
  for (let at: LocalNode | undefined = node; at !== undefined; at = tree.get(at.parentId)) {
    names.unshift(at.name);
    if (at.parentId === ROOT_ID) return names.join('/');
  }
  return undefined;
}

/** Folders whose rules hold now, and whose rules file is deleted in the end. */
function rulesThatGo(store: Store, end: Trees): ReadonlySet<NodeId> {
  const hasRules = (tree: Trees['local'], folder: NodeId): boolean =>
    [...tree.named(folder, nameKey(RULES_FILE))].some(({ name }) => name === RULES_FILE);
  return new Set(store.rules().flatMap(({ folder }) => (hasRules(store.local, folder) && !hasRules(end.local, folder) ? [folder] : [])));
}

/** The local tree as a look would find it when these rules were gone already. */
async function withoutRules(
  { environment, store, root, scopes, signal }: Parts,
  going: ReadonlySet<NodeId>,
): Promise<{ readonly local: OverlayTree<LocalNode>; readonly found: readonly NodeId[] }> {
  const { disk, clock, random } = environment;
  const paths = [...going].flatMap((id) => (id === ROOT_ID ? root : joinAbsolute(root, store.localPath(id))));
  const known = knownLocal(store);
  const listing = await gather(
    { disk: withoutRulesFiles(disk, new Set(paths)), clock, root, rules: scopes.forScan(going) },
    'all',
    known,
    signal,
  );
  const { put, deleted } = reconcile(listing, known, () => random.id());
  const local = new OverlayTree<LocalNode>(store.local);
  // What went while it was left out; the rules files themselves are still there.
  for (const id of deleted) if (store.local.get(id)?.name !== RULES_FILE) local.delete(id);
  for (const node of put) local.set(node);
  for (const node of put) if (node.kind === 'file') local.set(await readTwin({ disk, root, signal }, store, local, node));
  return { local, found: put.map(({ id }) => id) };
}

const joinAbsolute = (root: string, path: string | undefined): string[] => (path === undefined ? [] : [`${root}/${path}`]);

/** Where the cloud has a file of the name and size, it takes a look at the content to say whether they are the same. */
async function readTwin(
  { disk, root, signal }: { readonly disk: Disk; readonly root: string; readonly signal: AbortSignal },
  store: Store,
  tree: OverlayTree<LocalNode>,
  node: LocalFile,
): Promise<LocalFile> {
  const isTwin = [...store.remote.named(node.parentId, nameKey(node.name))].some(
    (other) => other.kind === 'file' && other.content.size === node.stat.size,
  );
  const path = isTwin && node.content === null ? pathIn(tree, node) : undefined;
  if (path === undefined) return node;
  try {
    return { ...node, ...(await disk.cut(joinPath(root, path), node.stat, signal)) };
  } catch (error) {
    if (error instanceof DiskFault) return node;
    throw error;
  }
}

/** As the disk will be once the rules files of these folders are deleted. @param folders absolute */
const withoutRulesFiles = (disk: Disk, folders: ReadonlySet<string>): Pick<Disk, 'list' | 'stat' | 'read'> => ({
  list: async (folder) => {
    const entries = await disk.list(folder);
    return folders.has(folder) ? entries.filter(({ name }) => name !== RULES_FILE) : entries;
  },
  stat: (path) => disk.stat(path),
  read: (path, offset, length, expected) => disk.read(path, offset, length, expected),
});
