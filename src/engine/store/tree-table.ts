import { joinPath } from '../../base/index.ts';
import { type NodeId, ROOT_ID, type TreeView } from '../model/index.ts';
import { asHex, fromHex } from './bytes.ts';
import type { Change, Query, Sql } from './sql.ts';
import { hexColumns, type TreeCodec } from './tree-codecs.ts';

interface Node {
  readonly id: NodeId;
  readonly parentId: NodeId;
  readonly name: string;
}

/** One of the three trees: a view over its table. Every call reads what the running transaction has written. */
export class TreeTable<N extends Node> implements TreeView<N> {
  readonly #codec: TreeCodec<N>;
  readonly #sql: Sql;
  readonly #select: string;
  readonly #byId: Query;
  readonly #byParent: Query;
  readonly #byName: Query;
  readonly #ids: Query;
  readonly #count: Query;
  readonly #parent: Query;
  readonly #put: Change;
  readonly #delete: Change;
  readonly #clear: Change;
  /** Counting is a pass over an index: done once until the next write. Null when unknown. */
  #size: number | null = null;

  constructor(sql: Sql, codec: TreeCodec<N>) {
    const { table, columns } = codec;
    const select = `SELECT ${columns.map((column) => (hexColumns.has(column) ? asHex(column) : column)).join(', ')} FROM ${table}`;
    const values = columns.map((column) => (hexColumns.has(column) ? fromHex : '?'));
    const update = columns.slice(1).map((column) => `${column} = excluded.${column}`);
    this.#codec = codec;
    this.#sql = sql;
    this.#select = select;
    this.#byId = sql.query(`${select} WHERE id = ${fromHex}`);
    this.#byParent = sql.query(`${select} WHERE parent = ${fromHex}`);
    // A bare parameter would be held against the condition of a partial index, and the query compiled anew for each value.
    this.#byName = sql.query(`${select} WHERE parent = ${fromHex} AND name_key = cast(? AS TEXT)`);
    this.#ids = sql.query(`SELECT ${asHex('id')} FROM ${table}`);
    this.#count = sql.query(`SELECT count(*) FROM ${table}`);
    this.#parent = sql.query(`SELECT ${asHex('parent')}, name FROM ${table} WHERE id = ${fromHex}`);
    this.#put = sql.change(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${update.join(', ')}`,
    );
    this.#delete = sql.change(`DELETE FROM ${table} WHERE id = ${fromHex}`);
    this.#clear = sql.change(`DELETE FROM ${table}`);
    sql.onRollback(() => this.forgetSize());
  }

  get size(): number {
    this.#size ??= this.#count.get()?.[0] as number;
    return this.#size;
  }

  get(id: NodeId): N | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : this.#codec.fromRow(row);
  }

  /** All of them, also those whose folder is not in this tree. */
  ids(): readonly NodeId[] {
    return this.#ids.all().map((row) => row[0] as NodeId);
  }

  /** A list of its own, so that the caller may write while it walks. */
  children(parentId: NodeId): readonly N[] {
    return this.#byParent.all(parentId).map((row) => this.#codec.fromRow(row));
  }

  named(parentId: NodeId, key: string): readonly N[] {
    return this.#byName.all(parentId, key).map((row) => this.#codec.fromRow(row));
  }

  /** A prepared search by other columns. @param condition SQL over the table's columns */
  search(condition: string): (...values: readonly string[]) => readonly N[] {
    const query = this.#sql.query(`${this.#select} WHERE ${condition}`);
    return (...values) => query.all(...values).map((row) => this.#codec.fromRow(row));
  }

  /**
   * Relative to the folder; undefined when the item or one of its parents is not in this tree, or where parents form a
   * circle, as they can in the middle of a change feed. '' for the root.
   */
  path(id: NodeId): string | undefined {
    const names = new Map<NodeId, string>();
    let at = id;
    while (at !== ROOT_ID) {
      const row = names.has(at) ? undefined : this.#parent.get(at);
      if (row === undefined) return undefined;
      names.set(at, row[1] as string);
      at = row[0] as string;
    }
    return [...names.values()].reduceRight(joinPath, '');
  }

  put(node: N): void {
    if (node.id === ROOT_ID) throw new TypeError('the root is implied and has no row');
    this.#size = null;
    this.#put.run(...this.#codec.toRow(node));
  }

  delete(id: NodeId): void {
    this.#size = null;
    this.#delete.run(id);
  }

  clear(): void {
    this.#size = null;
    this.#clear.run();
  }

  forgetSize(): void {
    this.#size = null;
  }
}
