import { joinPath, nameKey } from '../../base/index.ts';
import type { ErrorData, FileItem } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { isBuiltInIgnored, type LeftOut, RULES_FILE, type Scope } from '../ignore/index.ts';
import { plainPath } from '../local/index.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import { type ItemFacts, itemVerdict } from '../status/index.ts';
import type { Store } from '../store/index.ts';
import { PATH_KEY } from './issue-keys.ts';
import type { ScopeKeeper } from './scope-keeper.ts';

export type LeftOutFacts = Pick<ItemFacts, 'localOnly' | 'ignoredBy' | 'notKept'> & { readonly reason?: ErrorData };

/** Says of items that this device keeps its hands off, and why. */
export class LeftOutViews {
  readonly #store: Store;
  readonly #scopes: ScopeKeeper;
  readonly #disk: Pick<Disk, 'list' | 'stat'>;

  constructor(store: Store, scopes: ScopeKeeper, disk: Pick<Disk, 'list' | 'stat'>) {
    this.#store = store;
    this.#scopes = scopes;
    this.#disk = disk;
  }

  scope(): Scope {
    return this.#scopes.scope();
  }

  of(scope: Scope, id: NodeId): LeftOutFacts {
    const out = scope.leftOut('local', id) ?? scope.leftOut('remote', id);
    return this.#facts(out, out === undefined && scope.excluded(id));
  }

  /** Of a path that need not be in any tree. */
  atPath(scope: Scope, path: string, isFolder: boolean): LeftOutFacts {
    return this.#facts(this.#find(scope, path, isFolder), false);
  }

  #find(scope: Scope, path: string, isFolder: boolean): LeftOut | undefined {
    const names = path.split('/');
    let parentId: NodeId = ROOT_ID;
    for (const [index, name] of names.entries()) {
      const kind = index < names.length - 1 || isFolder ? 'folder' : 'file';
      const out = scope.at('local', { parentId, name, kind });
      if (out !== undefined) return out;
      const children = [...this.#store.local.named(parentId, nameKey(name))];
      const child = children.find((one) => one.name === name) ?? children[0];
      if (child === undefined) return undefined;
      parentId = child.id;
    }
    return undefined;
  }

  /** What lies in a folder on the disk and is in no tree, since it is left out. Empty where the folder cannot be listed. */
  async onDisk(path: string, shown: ReadonlySet<string>): Promise<readonly FileItem[]> {
    const root = this.#store.folder()?.path;
    if (root === undefined) return [];
    try {
      const scope = this.scope();
      const inside = path === '' ? {} : this.atPath(scope, path, true);
      const entries = await this.#disk.list(path === '' ? root : await plainPath(this.#disk, root, path));
      return entries.flatMap(({ name, stat }) => {
        if (name === null || stat === null || shown.has(name) || isBuiltInIgnored(name)) return [];
        if (stat.kind !== 'file' && stat.kind !== 'folder') return [];
        const at = joinPath(path, name);
        const facts = isLeftOut(inside) ? inside : this.atPath(scope, at, stat.kind === 'folder');
        if (!isLeftOut(facts)) return [];
        const sizeBytes = stat.kind === 'file' ? stat.size : 0;
        const modifiedMs = Number(BigInt(stat.mtimeNs) / 1_000_000n);
        return [{ path: at, name, kind: stat.kind, sizeBytes, modifiedMs, ...verdictOf(facts) }];
      });
    } catch (error) {
      if (error instanceof DiskFault) return [];
      throw error;
    }
  }

  #facts(out: LeftOut | undefined, notKept: boolean): LeftOutFacts {
    const none = { localOnly: false, ignoredBy: null, notKept };
    switch (out?.by) {
      case undefined:
        return none;
      case 'local_only':
        return { ...none, localOnly: true };
      case 'name':
        return { ...none, ignoredBy: { code: 'name_never_syncs', params: { name: out.name } } };
      case 'rule':
        return {
          ...none,
          ignoredBy: {
            code: 'ignored_by_rule',
            params: { rule: `${this.#fileOf(out.folder)}:${String(out.pattern.line)} ${out.pattern.text}` },
          },
        };
      case 'unknown_rules':
        return { ...none, reason: this.#whyUnknown(this.#fileOf(out.folder)) };
    }
  }

  /** What the look at the rules file said of it. */
  #whyUnknown(path: string): ErrorData {
    const listed = this.#store.issue(PATH_KEY + path)?.reason;
    return listed?.code.startsWith('rules_') === true ? listed : { code: 'rules_unreadable', params: { path } };
  }

  /** Where the rules are written. */
  #fileOf(folder: NodeId | null): string {
    if (folder === null) return 'ignore.rules';
    const path = folder === ROOT_ID ? '' : (this.#store.localPath(folder) ?? this.#store.remotePath(folder) ?? '');
    return joinPath(path, RULES_FILE);
  }
}

export const isLeftOut = (facts: Partial<LeftOutFacts>): facts is LeftOutFacts =>
  facts.localOnly === true || (facts.ignoredBy ?? null) !== null || facts.reason !== undefined;

/** The verdict of something that is in no tree. */
export const verdictOf = ({ reason, ...facts }: LeftOutFacts): ReturnType<typeof itemVerdict> =>
  itemVerdict({
    remote: undefined,
    local: undefined,
    synced: undefined,
    issue: reason === undefined ? undefined : { reason, nextTryAt: null },
    active: false,
    inConflict: false,
    questioned: false,
    held: null,
    ...facts,
  });
