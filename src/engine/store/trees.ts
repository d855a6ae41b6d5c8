import type { LocalNode, NodeId, RemoteNode, SyncedNode, TreeView } from '../model/index.ts';
import { asHex, fromHex } from './bytes.ts';
import type { Change, Query, Row, Sql } from './sql.ts';
import { localCodec, remoteCodec, syncedCodec } from './tree-codecs.ts';
import { TreeTable } from './tree-table.ts';

// Tables and queries in the order of ids: SQLite merges two of them in one walk (a join would seek for every row).
// EXCEPT takes two NULLs for equal, so that folders, which have no hash, need no case of their own.
const place = 'id, parent, name, folder';
const CHANGED_REMOTE = `SELECT ${place}, revision, hash FROM synced EXCEPT SELECT ${place}, revision, hash FROM remote`;
const CHANGED_LOCAL = `SELECT ${place}, hash FROM synced EXCEPT SELECT ${place}, hash FROM local`;
// Written out, so that the index of just these is used.
const RULES_FILE = "name_key = '.tidemarkignore'";
const onlyIn = (table: string): string => `SELECT id FROM ${table} EXCEPT SELECT id FROM synced`;

/** The three trees and what concerns more than one row of them. */
export class Trees {
  readonly remote: TreeTable<RemoteNode>;
  readonly local: TreeTable<LocalNode>;
  readonly synced: TreeTable<SyncedNode>;
  readonly #differences: readonly { readonly tree: TreeView<RemoteNode | LocalNode>; readonly changed: Query; readonly added: Query }[];
  readonly #withInode: (ino: string, dev: string) => readonly LocalNode[];
  /** Kept versions of conflicts. */
  readonly conflictCopies: () => readonly RemoteNode[];
  readonly #keptVersions: (winner: string) => readonly RemoteNode[];
  readonly #steppedAside: (winner: string) => readonly LocalNode[];
  readonly #rules: { readonly local: () => readonly LocalNode[]; readonly remote: () => readonly RemoteNode[] };
  readonly #aside: Query;
  readonly #asideCount: Query;
  readonly #rebindId: Change;
  readonly #rebindChildren: Change;
  readonly #rebindAgreed: Change;

  constructor(sql: Sql) {
    this.remote = new TreeTable(sql, remoteCodec);
    this.local = new TreeTable(sql, localCodec);
    this.synced = new TreeTable(sql, syncedCodec);
    this.#withInode = this.local.search('ino = ? AND dev = ?');
    this.conflictCopies = this.remote.search('conflict_of IS NOT NULL');
    this.#keptVersions = this.remote.search(`conflict_of = ${fromHex}`);
    this.#steppedAside = this.local.search(`conflict_of = ${fromHex}`);
    const ids = (from: string): Query => sql.query(`SELECT ${asHex('id')} FROM (${from})`);
    this.#differences = [
      { tree: this.remote, changed: ids(CHANGED_REMOTE), added: ids(onlyIn('remote')) },
      { tree: this.local, changed: ids(CHANGED_LOCAL), added: ids(onlyIn('local')) },
    ];
    this.#rules = { local: this.local.search(RULES_FILE), remote: this.remote.search(RULES_FILE) };
    this.#aside = sql.query(`SELECT ${asHex('id')} FROM synced WHERE aside = 1`);
    this.#asideCount = sql.query('SELECT count(*) FROM synced WHERE aside = 1');
    this.#rebindId = sql.change(`UPDATE local SET id = ${fromHex} WHERE id = ${fromHex}`);
    this.#rebindChildren = sql.change(`UPDATE local SET parent = ${fromHex} WHERE parent = ${fromHex}`);
    this.#rebindAgreed = sql.change(`UPDATE synced SET parent = ${fromHex} WHERE parent = ${fromHex}`);
  }

  divergentIds(): readonly NodeId[] {
    const found = new Set<NodeId>();
    const add = (rows: readonly Row[]): void => {
      for (const row of rows) found.add(row[0] as NodeId);
    };
    for (const { tree, changed, added } of this.#differences) {
      const rows = changed.all();
      add(rows);
      // All of synced is there, and as many rows: then there is nothing beside. Spares a settled folder a walk.
      if (rows.length > 0 || tree.size !== this.synced.size) add(added.all());
    }
    // What was set aside is looked at once more: the rule may be gone.
    add(this.#aside.all());
    return [...found];
  }

  rulesFiles(): { readonly local: readonly LocalNode[]; readonly remote: readonly RemoteNode[] } {
    return { local: this.#rules.local(), remote: this.#rules.remote() };
  }

  asideCount(): number {
    return this.#asideCount.get()?.[0] as number;
  }

  localWithInode(dev: string, ino: string): readonly LocalNode[] {
    return this.#withInode(ino, dev);
  }

  localAside(winner: NodeId): readonly LocalNode[] {
    // Once a kept version is in the cloud, only the cloud's row says whose name it could not have.
    const uploaded = this.#keptVersions(winner).flatMap(({ id }) => this.local.get(id) ?? []);
    return [...this.#steppedAside(winner), ...uploaded];
  }

  rebindLocal(from: NodeId, to: NodeId): void {
    if (from === to) return;
    if (this.local.get(from) === undefined) throw new Error(`no local item ${from} to rebind`);
    if (this.local.get(to) !== undefined) throw new Error(`local item ${to} exists already`);
    this.#rebindId.run(to, from);
    this.#rebindChildren.run(to, from);
    // Where its children were agreed to be is still this folder: none of them moved.
    this.#rebindAgreed.run(to, from);
  }

  clear(): void {
    this.remote.clear();
    this.local.clear();
    this.synced.clear();
  }
}
