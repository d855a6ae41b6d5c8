import { baseName, joinPath, nameKey } from '../../base/index.ts';
import { type ErrorData, type Unsent, type UnsentItem } from '../../contract/index.ts';
import { parkedFolder } from '../apply/index.ts';
import { DiskFault } from '../environment.ts';
import { isBuiltInIgnored, OWN_FOLDER } from '../ignore/index.ts';
import { checkFolder, faultReason } from '../local/index.ts';
import { type FileStat, type LocalFile, type LocalNode, type NodeId, PARKED_ID, ROOT_ID, sameFingerprint } from '../model/index.ts';
import type { TidemarkEngine } from './engine.ts';
import { PATH_KEY } from './issue-keys.ts';
import { isLeftOut, LeftOutViews } from './left-out-views.ts';

/** One file on the disk that the cloud does not have. */
export interface FoundUnsent extends UnsentItem {
  /** Where it is; null for what is no file, or has no name that could be said. */
  readonly at: string | null;
  readonly stat: FileStat | null;
  /** Where a copy goes, counted from the folder of the copies. */
  readonly copyTo: string;
}

interface UnsentFound {
  readonly counts: Unsent['counts'];
  readonly items: readonly FoundUnsent[];
  readonly unseen: string[];
}

const WHYS = ['upload', 'issue', 'conflict', 'local_only', 'ignored'] as const;

/**
 * Everything on this disk that the cloud does not have, from a look at the disk itself: it holds also while sync is paused,
 * the cloud is away, or this device is signed out. What cannot be looked at is named rather than taken for sent.
 */
export async function findUnsent(engine: TidemarkEngine): Promise<UnsentFound> {
  const search = new Search(engine);
  const { store, environment } = engine;
  const folder = store.folder();
  if (folder !== null) {
    const state = await checkFolder(environment.disk, folder.path, folder.folderId);
    // Of a folder that is away, or another one in its place, nothing can be said.
    if (state === 'ready' || state === 'not_writable') await search.synced(folder.path);
    else search.unseen.push(folder.path);
  }
  for (const { path } of store.localOnlyFolders()) {
    if (folder !== null && (path === folder.path || path.startsWith(`${folder.path}/`))) continue;
    await search.outside(path);
  }
  const items = search.items.sort((a, b) => WHYS.indexOf(a.why) - WHYS.indexOf(b.why) || timeOf(b) - timeOf(a));
  const counts = Object.fromEntries(
    WHYS.map((why) => {
      const some = items.filter((item) => item.why === why);
      return [why, { files: some.length, bytes: some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }];
    }),
  ) as Unsent['counts'];
  return { counts, items, unseen: search.unseen };
}

const timeOf = ({ stat }: FoundUnsent): number => Number(stat?.mtimeNs ?? 0);

class Search {
  readonly items: FoundUnsent[] = [];
  readonly unseen: string[] = [];
  readonly #engine: TidemarkEngine;
  readonly #leftOut: LeftOutViews;

  constructor(engine: TidemarkEngine) {
    this.#engine = engine;
    this.#leftOut = new LeftOutViews(engine.store, engine.scopes, engine.environment.disk);
  }

  async synced(root: string): Promise<void> {
    const scope = this.#leftOut.scope();
    await this.#walk(root, '', ROOT_ID, async (path, stat, node) => {
      if (await this.#isSent(root, path, stat, node)) return;
      const facts = this.#leftOut.atPath(scope, path, false);
      if (isLeftOut(facts) && facts.reason === undefined)
        return this.#found(root, path, stat, facts.localOnly ? 'local_only' : 'ignored', null);
      const reason = facts.reason ?? this.#issueOf(node?.id, path);
      const isConflict = node?.kind === 'file' && (node.conflictOf ?? null) !== null;
      this.#found(root, path, stat, isConflict ? 'conflict' : reason === null ? 'upload' : 'issue', reason);
    });
    await this.#parked(root);
  }

  /** What waits for its place out of sight is nowhere else on the disk. */
  async #parked(root: string): Promise<void> {
    const { store, environment } = this.#engine;
    for (const node of [...store.local.children(PARKED_ID)]) {
      const path = `${parkedFolder(root, node.id).slice(root.length + 1)}/${node.name}`;
      const onFile = async (at: string, stat: FileStat, below: LocalNode | undefined): Promise<void> => {
        if (!(await this.#isSent(root, at, stat, below))) this.#found(root, at, stat, 'upload', null);
      };
      if (node.kind === 'folder') await this.#walk(root, path, node.id, onFile);
      else {
        const stat = await environment.disk.stat(`${root}/${path}`).catch(() => undefined);
        if (stat?.kind === 'file') await onFile(path, stat, node);
      }
    }
  }

  /** A folder that never leaves this machine. */
  async outside(root: string): Promise<void> {
    await this.#walk(root, '', undefined, (path, stat) => {
      this.#found(root, path, stat, 'local_only', null, root);
      return Promise.resolve();
    });
  }

  async #walk(
    root: string,
    path: string,
    id: NodeId | undefined,
    onFile: (path: string, stat: FileStat, node: LocalNode | undefined) => Promise<void>,
  ): Promise<void> {
    const { disk } = this.#engine.environment;
    const entries = await disk.list(path === '' ? root : `${root}/${path}`).catch((error: unknown) => {
      if (error instanceof DiskFault) return null;
      throw error;
    });
    if (entries === null) {
      this.unseen.push(path === '' ? root : path);
      return;
    }
    for (const { name, printable, stat, fault } of entries) {
      // What office programs and file managers leave is junk; a folder of such a name is a person's.
      if (name !== null && isBuiltInIgnored(name) && (stat?.kind !== 'folder' || name === OWN_FOLDER)) continue;
      const at = joinPath(path, name ?? printable);
      const node = name === null || id === undefined ? undefined : this.#childOf(id, name);
      if (stat?.kind === 'folder' && name !== null) await this.#walk(root, at, id === undefined ? undefined : (node?.id ?? ''), onFile);
      else if (stat?.kind === 'file' && name !== null) await onFile(at, stat, node);
      else if (name === null) this.#other(at, stat?.size ?? 0, { code: 'name_not_utf8', params: { path: at } });
      else if (stat === null) this.#other(at, 0, faultReason(fault ?? 'failed', at));
      // Links and devices hold nothing of their own.
    }
  }

  #childOf(parentId: NodeId, name: string): LocalNode | undefined {
    for (const node of this.#engine.store.local.named(parentId, nameKey(name))) if (node.name === name) return node;
    return undefined;
  }

  /** The cloud has, or had and keeps, what the disk shows now. */
  async #isSent(root: string, path: string, stat: FileStat, node: LocalNode | undefined): Promise<boolean> {
    if (this.#isCloudGone() || node?.kind !== 'file' || this.#engine.store.remote.get(node.id)?.kind !== 'file') return false;
    if (node.content !== null && sameFingerprint(node.stat, stat)) return this.#hasContent(node);
    // It was written to, or only touched: the content tells.
    try {
      const { content } = await this.#engine.environment.disk.cut(`${root}/${path}`, stat);
      return this.#hasContent({ ...node, content });
    } catch (error) {
      if (error instanceof DiskFault) return false;
      throw error;
    }
  }

  /** What it had is deleted by now, or may be: after half a year without this device, which has not heard of it. */
  #isCloudGone(): boolean {
    const { store, environment } = this.#engine;
    const keptUntil = store.keptUntil();
    return store.account()?.signedOut?.code === 'no_such_account' || (keptUntil !== null && keptUntil < environment.clock.now());
  }

  #hasContent({ id, content }: LocalFile): boolean {
    const { store } = this.#engine;
    const remote = store.remote.get(id);
    const synced = store.synced.get(id);
    if (content === null || remote?.kind !== 'file') return false;
    return remote.content.hash === content.hash || (synced?.kind === 'file' && synced.hash === content.hash);
  }

  #issueOf(id: NodeId | undefined, path: string): ErrorData | null {
    const { store } = this.#engine;
    return (id === undefined ? undefined : store.issue(id)?.reason) ?? store.issue(PATH_KEY + path)?.reason ?? null;
  }

  #found(root: string, path: string, stat: FileStat, why: UnsentItem['why'], reason: ErrorData | null, outside?: string): void {
    const shown = outside === undefined ? path : `${outside}/${path}`;
    const copyTo = outside === undefined ? path : joinPath(baseName(outside), path);
    this.items.push({ path: shown, why, sizeBytes: stat.size, reason, at: `${root}/${path}`, stat, copyTo });
  }

  #other(path: string, sizeBytes: number, reason: ErrorData): void {
    this.items.push({ path, why: 'issue', sizeBytes, reason, at: null, stat: null, copyTo: path });
  }
}
