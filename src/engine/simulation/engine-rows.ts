import { ROOT_ID } from '../../contract/index.ts';
import { findItem } from '../apply/index.ts';
import type { Volume } from '../fakes/disk/volume.ts';
import { findByPath, PARKED_ID } from '../model/index.ts';
import type { Store } from '../store/index.ts';

/** What the database of an engine says: what no person needs, for rules that ask more than a person can, and the words of a failure. */
export class EngineRows {
  readonly #store: Store;
  readonly #volume: Volume;
  readonly #root: string;

  /** @param root of the synced folder on the volume */
  constructor(store: Store, volume: Volume, root: string) {
    this.#store = store;
    this.#volume = volume;
    this.#root = root;
  }

  /** Open issues with every path that the item has here or in the cloud. */
  issues(): readonly { readonly code: string; readonly paths: readonly string[]; readonly rows: string }[] {
    const store = this.#store;
    return store.issues({ limit: 1000 }).map(({ key, path, reason }) => {
      // What is in a folder that cannot be synced is not either, wherever the cloud still has it.
      const below = (id: string): string[] => [id, ...[...store.local.children(id)].flatMap((child) => below(child.id))];
      const ids = /^[0-9a-f]{32}$/.test(key) ? below(key) : [];
      const places = ids.flatMap((id) => [store.localPath(id), store.remotePath(id), store.syncedPath(id)]);
      const rows = ids.map((id) => this.#rowsOf(id)).join('; ');
      return { code: reason.code, paths: [path, ...places.flatMap((place) => place ?? [])], rows };
    });
  }

  /** Contents of both versions of a conflict, as far as this device knows. */
  hashesOfConflict(id: string): readonly string[] {
    const store = this.#store;
    const copy = store.remote.get(id);
    if (copy?.kind !== 'file') return [];
    const winner = copy.conflictOf === null ? undefined : store.remote.get(copy.conflictOf);
    return [copy.content.hash, ...(winner?.kind === 'file' ? [winner.content.hash] : [])];
  }

  /** Contents that undoing the line of the activity puts away: what it brought, and what of it came later. */
  hashesOfUndo(id: number): readonly string[] {
    const store = this.#store;
    const row = store.activityRow(id);
    // The trees may have moved into each other.
    const passed = new Set<string>();
    const below = (at: string): string[] => {
      if (passed.has(at)) return [];
      passed.add(at);
      const trees = [store.local.get(at), store.remote.get(at)];
      const own = trees.flatMap((node) => (node?.kind === 'file' && node.content !== null ? [node.content.hash] : []));
      const children = new Set([...store.local.children(at), ...store.remote.children(at)].map((child) => child.id));
      return [...own, ...[...children].flatMap(below)];
    };
    if (row?.reversal === undefined || row.reversal === null) return [];
    // It may go on under another id since.
    const item = findItem(store, row)?.id ?? row.node ?? '';
    switch (row.reversal.way) {
      case 'put_previous':
      case 'restore_version':
        return [row.reversal.now];
      case 'take_away':
        return row.reversal.now === null ? below(item) : [row.reversal.now];
      case 'open_conflict':
        return [...below(item), ...below(row.reversal.winner ?? ''), row.reversal.now];
      case 'choose_again':
        return this.hashesOfConflict(item);
      default:
        return [];
    }
  }

  /** Whether its engine has a row for what is at the path; of its own folder it always knows. */
  knows(path: string): boolean {
    const inside = path.slice(this.#root.length + 1);
    if (!path.startsWith(`${this.#root}/`) || inside.startsWith('.tidemark/')) return true;
    return findByPath(this.#store.local, inside) !== undefined;
  }

  /** What its trees say of everything that is, was or is to be at the path: for the words of a failure. */
  rowsAt(path: string): string {
    const store = this.#store;
    const ids = new Set<string>();
    for (const tree of [store.local, store.remote, store.synced]) {
      const visit = (id: string): void => {
        for (const child of [...tree.children(id)]) {
          const paths = [store.localPath(child.id), store.remotePath(child.id), store.syncedPath(child.id)];
          if (paths.includes(path)) ids.add(child.id);
          visit(child.id);
        }
      };
      visit(ROOT_ID);
    }
    return [...ids].map((id) => this.#rowsOf(id)).join('; ');
  }

  /** Places that its local tree gives to two items. */
  doublePlaces(): readonly string[] {
    const store = this.#store;
    const found: string[] = [];
    const visit = (id: string): void => {
      const names = new Map<string, string>();
      for (const child of [...store.local.children(id)]) {
        const twin = names.get(child.name);
        if (twin !== undefined) found.push(`${this.#rowsOf(twin)} and ${this.#rowsOf(child.id)}`);
        names.set(child.name, child.id);
        visit(child.id);
      }
    };
    visit(ROOT_ID);
    return found;
  }

  /** How many rows of its local tree no way leads to, neither from the top nor from what waits out of sight. */
  strayRows(): number {
    const { local } = this.#store;
    const count = (id: string): number => [...local.children(id)].reduce((sum, child) => sum + 1 + count(child.id), 0);
    return local.size - count(ROOT_ID) - count(PARKED_ID);
  }

  #rowsOf(id: string): string {
    const store = this.#store;
    const brief = (place: { readonly parentId: string; readonly name: string } | undefined): string =>
      place === undefined ? '-' : `${place.parentId.slice(0, 6)}/${place.name}`;
    const path = store.localPath(id);
    const inode = path === undefined ? undefined : this.#volume.find(`${this.#root}/${path}`);
    const known = [...store.local.children(id)].map(({ name }) => name).join(', ');
    const there = [...(inode?.entries.values() ?? [])].map(({ printable }) => printable).join(', ');
    const inside = inode?.kind === 'folder' ? `, knows [${known}] of [${there}]` : '';
    return `${id.slice(0, 6)} local ${brief(store.local.get(id))}${inside} remote ${brief(store.remote.get(id))} synced ${brief(store.synced.get(id))}`;
  }
}
