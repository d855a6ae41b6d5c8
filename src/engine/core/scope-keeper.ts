import { itemsBelow } from '../apply/index.ts';
import { isInside, joinPath, nameKey, parentPath, type RelativePath } from '../../base/index.ts';
import { heeded, MAX_RULES_BYTES, ParsedRules, RULES_FILE, Scope, type ScopeFacts } from '../ignore/index.ts';
import type { KnownRules, Listing, RulesChange, ScanRules } from '../local/index.ts';
import {
  below,
  type FileStat,
  findByPath,
  identityOf,
  type LocalFile,
  type LocalNode,
  type NodeId,
  type RemoteNode,
  sameFingerprint,
} from '../model/index.ts';
import type { PlanScope } from '../plan/index.ts';
import type { FolderIdentity, LocalOnlyRow, Store, StoreReads, StoreWrites } from '../store/index.ts';

/** Knows what this device keeps its hands off: rules, folders that never leave the machine, folders that are not kept on it. */
export class ScopeKeeper {
  readonly #store: Store;
  readonly #parsed = new ParsedRules();

  constructor(store: Store) {
    this.#store = store;
  }

  /** As of now; made anew when anything changed. @param without folders whose rules are taken to be gone */
  scope(without: ReadonlySet<NodeId> = NONE): Scope {
    const store = this.#store;
    const known = this.#known(without);
    const facts: ScopeFacts = {
      local: store.local,
      remote: store.remote,
      rulesOf: (folder) => known.get(folder)?.rules,
      settings: this.#parsed.of(store.setting('ignore.rules')),
      localOnly: this.#localOnlyPlaces(),
      excluded: new Set(store.excluded()),
      awaited: NOTHING,
    };
    const awaited = awaitedFolders(store, new Scope(facts), known);
    return new Scope({ ...facts, awaited });
  }

  /** @param without as in `scope` */
  forPlan(without: ReadonlySet<NodeId> = NONE): PlanScope {
    const scope = this.scope(without);
    return {
      at: (side, node) => scope.at(side, node),
      excluded: (id) => scope.excluded(id),
      awaitedRules: (side, folder) => scope.awaitedRules(side, folder),
      asideItems: this.#store.asideCount(),
    };
  }

  /** @param without as in `scope` */
  forScan(without: ReadonlySet<NodeId> = NONE): ScanRules {
    const known = this.#known(without);
    const marks = this.localOnlyInside();
    return {
      settings: this.#parsed.of(this.#store.setting('ignore.rules')),
      known: (folder) => known.get(folder),
      isLocalOnly: (path, stat) => marks.some((mark) => isSamePath(mark.path, path) || isSame(mark.identity, stat)),
    };
  }

  /** Folders inside the synced one that never leave this machine; paths relative to it. */
  localOnlyInside(): readonly LocalOnlyRow[] {
    const root = this.#store.folder()?.path;
    if (root === undefined) return [];
    const prefix = root.endsWith('/') ? root : `${root}/`;
    return this.#store
      .localOnlyFolders()
      .flatMap((row) => (row.path.startsWith(prefix) ? [{ ...row, path: row.path.slice(prefix.length) }] : []));
  }

  /** Takes over rules that were read; answers the items that may be judged otherwise now. */
  takeRules(changes: readonly Pick<RulesChange, 'folder' | 'look'>[]): readonly NodeId[] {
    const store = this.#store;
    if (changes.length === 0) return [];
    const before = this.#known();
    return store.transaction((write) => {
      for (const { folder, look } of changes) writeRules(write, folder, look);
      const differ = changes.filter(({ folder, look }) => before.get(folder)?.text !== textOf(look));
      return this.review(differ.map(({ folder }) => folder));
    });
  }

  /**
   * What is judged anew below these folders: those that are left out now keep what was agreed on, but losing one side is
   * no deletion any more. Answers all of them, to be planned. Also to be called while nothing syncs: by the next start
   * what is left out may have gone elsewhere, and then its old place would say nothing of it.
   */
  review(folders: readonly NodeId[]): readonly NodeId[] {
    const store = this.#store;
    const ids = new Set(folders.flatMap((folder) => [...this.itemsBelow(folder)]));
    const scope = this.scope();
    store.transaction((write) => {
      for (const id of ids) {
        const synced = store.synced.get(id);
        if (synced === undefined || synced.aside === true) continue;
        const sides = [
          store.local.get(id) === undefined ? [] : scope.leftOut('local', id),
          store.remote.get(id) === undefined ? [] : scope.leftOut('remote', id),
        ];
        if (sides.every((out) => out !== undefined)) write.putSynced({ ...synced, aside: true });
      }
    });
    return [...ids];
  }

  /**
   * Of what is in this folder and was not to be kept here: what is missing here is nobody's deletion, also once it is kept again.
   * No look may have told yet, so that what lies here by its row is set aside until the disk shows it; answers that. To be called
   * before the folder is kept again, as by then nothing says so any more.
   */
  doubtNotKept(folder: NodeId): readonly NodeId[] {
    const { local, remote, synced } = this.#store;
    const scope = this.scope();
    const ids = [folder, ...this.itemsBelow(folder)].filter((id) => synced.get(id) !== undefined && scope.excluded(id));
    return this.#store.transaction((write) =>
      ids.filter((id) => {
        const agreed = synced.get(id);
        if (local.get(id) === undefined) write.deleteSynced(id);
        // Deleted in the cloud it stays, by whoever did that.
        else if (agreed !== undefined && remote.get(id) !== undefined) {
          write.putSynced({ ...agreed, aside: true });
          return true;
        }
        return false;
      }),
    );
  }

  /** All that either side has in the folder, however deep. */
  itemsBelow(folder: NodeId): ReadonlySet<NodeId> {
    return itemsBelow(this.#store, folder);
  }

  /**
   * Folders that never leave this machine, followed to where a look found them. Answers the items that may be judged
   * otherwise now; undefined when nothing changed.
   */
  followLocalOnly(listing: Listing): readonly NodeId[] | undefined {
    const store = this.#store;
    const root = store.folder()?.path;
    const marks = store.localOnlyFolders();
    const seen = seenLocalOnly(listing);
    if (root === undefined || marks.length === 0 || seen.length === 0) return undefined;
    const next = marks.flatMap((mark) => followed(mark, root, seen));
    if (JSON.stringify(next) === JSON.stringify(marks)) return undefined;
    return store.transaction((write) => {
      // While they are still known at their old places: to lose those is no deletion.
      const left = this.review([...this.#localOnlyPlaces().keys()]);
      write.setLocalOnlyFolders(next);
      return left;
    });
  }

  /** Tidemark itself moved a folder, from one path to another, relative to the synced one. */
  moved(from: RelativePath, to: RelativePath): void {
    const store = this.#store;
    const root = store.folder()?.path;
    const marks = store.localOnlyFolders();
    if (root === undefined || marks.length === 0) return;
    const before = joinAbsolute(root, from);
    store.transaction((write) => {
      write.setLocalOnlyFolders(
        marks.map((mark) =>
          isInside(mark.path, before) ? { ...mark, path: joinAbsolute(root, to) + mark.path.slice(before.length) } : mark,
        ),
      );
    });
  }

  #localOnlyPlaces(): ReadonlyMap<NodeId, ReadonlySet<string>> {
    const places = new Map<NodeId, Set<string>>();
    for (const { path } of this.localOnlyInside()) {
      const parent = findByPath(this.#store.local, parentPath(path));
      if (parent === undefined) continue;
      const names = places.get(parent) ?? new Set();
      names.add(nameKey(path.slice(path.lastIndexOf('/') + 1)));
      places.set(parent, names);
    }
    return places;
  }

  #known(without: ReadonlySet<NodeId> = NONE): ReadonlyMap<NodeId, KnownRules> {
    const known = new Map<NodeId, KnownRules>();
    for (const { folder, text, seen } of this.#store.rules())
      if (!without.has(folder)) known.set(folder, knownRules(this.#parsed, text, seen));
    return known;
  }
}

/** Parsed only where something is asked of that folder. */
const knownRules = (parsed: ParsedRules, text: string | null, seen: KnownRules['seen']): KnownRules => ({
  text,
  seen,
  get rules() {
    return text === null ? 'unknown' : heeded(parsed.of(text));
  },
});

const NONE: ReadonlySet<NodeId> = new Set();
const NOTHING: ReadonlyMap<NodeId, NodeId> = new Map();

const joinAbsolute = (root: string, path: RelativePath): string => `${root.endsWith('/') ? root.slice(0, -1) : root}/${path}`;

const isSamePath = (a: RelativePath, b: RelativePath): boolean => a === b || nameKey(a) === nameKey(b);

/** An inode alone is not enough where there is a time of creation, and all there is where there is none. */
function isSame(identity: FolderIdentity | null, stat: FileStat): boolean {
  if (identity === null || identity.dev !== stat.dev || identity.ino !== stat.ino) return false;
  const isReal = (one: FolderIdentity): boolean => one.birthtimeNs !== '0' && one.birthtimeNs !== one.ctimeNs;
  return identity.birthtimeNs === stat.birthtimeNs || (!isReal(identity) && !isReal(stat));
}

const textOf = (look: RulesChange['look']): string | null | undefined =>
  look.state === 'read' ? look.text : look.state === 'unknown' ? null : undefined;

function writeRules(write: StoreWrites, folder: NodeId, look: RulesChange['look']): void {
  if (look.state === 'gone') write.deleteRules(folder);
  else if (look.state === 'read') write.putRules({ folder, text: look.text, seen: look.seen });
  else write.putRules({ folder, text: null, seen: null });
}

/**
 * Folders whose rules changed in the cloud, or came from there just now, and were not read here yet. A rules file that is
 * itself left out, or not kept on this device, will never be read; nobody waits for it.
 */
function awaitedFolders(store: StoreReads, scope: Scope, known: ReadonlyMap<NodeId, KnownRules>): ReadonlyMap<NodeId, NodeId> {
  const awaited = new Map<NodeId, NodeId>();
  const { local, remote } = store.rulesFiles();
  const here = new Map(local.flatMap((node) => (isRulesFile(node) ? [[node.parentId, node] as const] : [])));
  const isRead = (node: LocalFile): boolean => {
    const seen = known.get(node.parentId)?.seen ?? null;
    return seen !== null && sameFingerprint(seen, node.stat);
  };
  for (const node of remote) {
    if (!isRulesFile(node) || node.content.size > MAX_RULES_BYTES) continue;
    const there = here.get(node.parentId);
    if (scope.at('remote', node) !== undefined || (there === undefined && scope.excluded(node.id))) continue;
    const synced = store.synced.get(node.id);
    const isHere = there !== undefined && there.content?.hash === node.content.hash;
    const isNews = synced?.kind !== 'file' || synced.hash !== node.content.hash;
    if (isHere ? !isRead(there) : isNews) awaited.set(node.parentId, node.id);
  }
  return awaited;
}

const isRulesFile = <N extends LocalNode | RemoteNode>(node: N): node is Extract<N, { kind: 'file' }> =>
  node.kind === 'file' && node.name === RULES_FILE;

interface SeenLocalOnly {
  readonly path: RelativePath;
  readonly stat: FileStat;
}

const seenLocalOnly = (listing: Listing): readonly SeenLocalOnly[] =>
  [...listing.folders].flatMap(([parent, look]) =>
    look.state !== 'listed'
      ? []
      : look.entries.flatMap(({ name, stat }) =>
          name !== null && stat !== null && look.localOnly.has(name) ? [{ path: joinPath(parent, name), stat }] : [],
        ),
  );

/**
 * A mark follows its folder by identity; where another folder came to its path (restored from a backup), that one never
 * leaves this machine either.
 */
function followed(mark: LocalOnlyRow, root: string, seen: readonly SeenLocalOnly[]): readonly LocalOnlyRow[] {
  const at = seen.find(({ path }) => isSamePath(joinAbsolute(root, path), mark.path));
  const found = seen.find(({ stat }) => isSame(mark.identity, stat));
  const row = ({ path, stat }: SeenLocalOnly): LocalOnlyRow => ({
    path: joinAbsolute(root, path),
    identity: identityOf(stat),
  });
  if (found !== undefined && found !== at) return at === undefined ? [row(found)] : [row(found), row(at)];
  if (at === undefined) return [mark];
  // Its times change with what is in it; only who it is matters.
  return found === undefined ? [row(at)] : [{ ...mark, path: row(at).path }];
}

/** What lies here of folders that are not kept on this device: looked at once more at every start, since it differs from nothing. */
export function itemsToTakeAway(store: StoreReads): readonly NodeId[] {
  const ids = new Set<NodeId>();
  for (const id of store.excluded()) {
    if (store.local.get(id) === undefined) continue;
    ids.add(id);
    for (const inside of below<LocalNode>(store.local, id)) ids.add(inside.id);
  }
  return [...ids];
}
