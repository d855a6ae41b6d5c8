import type { BlockRef, CloudNode } from '../../contract/index.ts';
import { nameKey } from '../../base/index.ts';
import type { Author, TrashRecord, Usage, VersionRecord } from '../catalogue.ts';
import type { Descendant, DriveTransaction, Made, Naming, StoredNode, TrashedNode } from '../drive/drive-transaction.ts';
import { checkCursor } from './check-cursor.ts';
import type { Sqlite } from './database.ts';
import { type DriveRow, type DriveStatements, usageOf } from './drive-statements.ts';
import { contentValues, type NodeRow, nodeOf, packBlocks, storedOf, type TrashedRow, trashedOf, unpackBlocks } from './node-row.ts';

interface VersionRow {
  readonly version: string;
  readonly size: number;
  readonly hash: string;
  readonly blocks: Buffer;
  readonly mtime: number;
  readonly executable: 0 | 1;
  readonly version_at: number;
  readonly version_by: string | null;
  readonly replaced_at: number;
}

type TopRow = NodeRow & {
  readonly path: string;
  readonly deletedAt: number;
  readonly deletedBy: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly versionsBytes: number;
};

/** Made at the start of a SQLite transaction; `finish` writes the drive's row at its end. */
export class SqliteDriveTransaction implements DriveTransaction {
  readonly author: Author;
  readonly now: number;
  readonly newId: () => string;
  readonly #db: Sqlite;
  readonly #sql: DriveStatements;
  readonly #account: number;
  readonly #row: DriveRow;
  #sequence: number;
  #bytes: Pick<Usage, 'filesBytes' | 'versionsBytes' | 'trashBytes'>;

  constructor(db: Sqlite, sql: DriveStatements, author: Author, row: DriveRow, now: number, newId: () => string) {
    this.author = author;
    this.now = now;
    this.newId = newId;
    this.#db = db;
    this.#sql = sql;
    this.#account = author.accountNo;
    this.#row = row;
    this.#sequence = row.sequence;
    this.#bytes = { filesBytes: row.filesBytes, versionsBytes: row.versionsBytes, trashBytes: row.trashBytes };
  }

  /** Answers whether readers have something new to see. */
  finish(): boolean {
    const { filesBytes, versionsBytes, trashBytes } = this.#bytes;
    this.#sql.saveAccount.run(this.#sequence, filesBytes, versionsBytes, trashBytes, this.#account);
    const changed = this.#sequence > this.#row.sequence;
    if (changed) this.#sql.addStamp.run(this.#account, this.#row.sequence + 1, this.newId());
    return changed;
  }

  node(id: string): StoredNode | undefined {
    const row = this.#sql.node.get(this.#account, id) as NodeRow | undefined;
    return row === undefined ? undefined : storedOf(row);
  }

  kindOf(id: string): CloudNode['kind'] | undefined {
    const isFile = this.#sql.isFile.get(this.#account, id) as 0 | 1 | undefined;
    return isFile === undefined ? undefined : isFile === 1 ? 'file' : 'folder';
  }

  parentOf(id: string): string | undefined {
    return this.#sql.parent.get(this.#account, id) as string | undefined;
  }

  child(parentId: string, key: string): StoredNode | undefined {
    const row = this.#sql.child.get(this.#account, parentId, key) as NodeRow | undefined;
    return row === undefined ? undefined : storedOf(row);
  }

  below(id: string): readonly Descendant[] {
    return this.#sql.below.all(this.#account, id, this.#account) as Descendant[];
  }

  insert(node: CloudNode, made: Made, naming: Naming): void {
    this.#sql.dropTombstone.run(this.#account, node.id);
    this.#sql.insert.run(this.#account, node.id, ...this.#values(node, made, naming));
  }

  update(node: CloudNode, made: Made, naming: Naming): void {
    this.#sql.update.run(...this.#values(node, made, naming), this.#account, node.id);
  }

  settle(node: CloudNode): void {
    this.#sql.settle.run(nameKey(node.name), this.#account, node.id);
  }

  attempt(work: () => boolean): boolean {
    const before = { sequence: this.#sequence, bytes: { ...this.#bytes } };
    this.#db.exec('SAVEPOINT attempt');
    const kept = work();
    if (!kept) {
      this.#db.exec('ROLLBACK TO attempt');
      this.#sequence = before.sequence;
      this.#bytes = before.bytes;
    }
    this.#db.exec('RELEASE attempt');
    return kept;
  }

  bury(id: string, top: string, path: string): void {
    this.#sql.toTrash.run(top, path, this.now, this.author.deviceId, this.#account, id);
    this.#sql.remove.run(this.#account, id);
    this.#sql.addTombstone.run(this.#account, id, (this.#sequence += 1), this.now);
  }

  trashed(id: string): TrashedNode | undefined {
    const row = this.#sql.trashed.get(this.#account, id) as TrashedRow | undefined;
    return row === undefined ? undefined : trashedOf(row);
  }

  buriedWith(top: string): readonly TrashedNode[] {
    return (this.#sql.buriedWith.all(this.#account, top) as TrashedRow[]).map(trashedOf);
  }

  trashTops(): readonly TrashRecord[] {
    return (this.#sql.trashTops.all(this.#account, this.#account) as TopRow[]).map((row) => ({
      node: nodeOf(row),
      path: row.path,
      deletedAt: row.deletedAt,
      deletedBy: row.deletedBy,
      files: row.files,
      sizeBytes: row.bytes,
      versionsBytes: row.versionsBytes,
    }));
  }

  exhume(id: string): void {
    this.#sql.exhume.run(this.#account, id);
  }

  versions(nodeId: string): readonly VersionRecord[] {
    return (this.#sql.versions.all(this.#account, nodeId) as VersionRow[]).map((row) => ({
      versionId: row.version,
      size: row.size,
      hash: row.hash,
      blocks: unpackBlocks(row.blocks),
      mtimeMs: row.mtime,
      executable: row.executable === 1,
      createdAt: row.version_at,
      createdBy: row.version_by,
      replacedAt: row.replaced_at,
    }));
  }

  keepVersion(nodeId: string, version: VersionRecord): void {
    const { versionId, size, hash, blocks, mtimeMs, executable, createdAt, createdBy, replacedAt } = version;
    const content = [versionId, size, hash, packBlocks(blocks), mtimeMs, executable ? 1 : 0];
    this.#sql.addVersion.run(this.#account, nodeId, ...content, createdAt, createdBy, replacedAt);
  }

  dropVersion(nodeId: string, versionId: string): void {
    this.#sql.dropVersion.run(this.#account, nodeId, versionId);
  }

  lacking(blocks: readonly BlockRef[]): readonly string[] {
    const lacking = new Set<string>();
    for (const { hash, size } of blocks) if (this.#sql.blockSize.get(this.#account, hash) !== size) lacking.add(hash);
    return [...lacking];
  }

  use(blocks: readonly BlockRef[]): void {
    for (const { hash } of blocks) {
      if (this.#sql.useBlock.run(this.#account, hash).changes !== 1) throw new Error(`block ${hash} is used and not there`);
    }
  }

  release(blocks: readonly BlockRef[]): void {
    for (const { hash } of blocks) this.#sql.releaseBlock.run(this.#account, hash);
  }

  usage(): Usage {
    return { ...usageOf(this.#row), ...this.#bytes };
  }

  count(kind: 'filesBytes' | 'versionsBytes' | 'trashBytes', bytes: number): void {
    this.#bytes = { ...this.#bytes, [kind]: this.#bytes[kind] + bytes };
  }

  sequenceOf(text: string): number | 'gone' {
    return checkCursor(this.#sql, this.#account, this.#row, text)?.sequence ?? 'gone';
  }

  #values(node: CloudNode, made: Made, naming: Naming): readonly unknown[] {
    // No name has a slash, so a parked node is in nobody's way.
    const key = naming === 'parked' ? `/${node.id}` : nameKey(node.name);
    const isFile = node.kind === 'file' ? 1 : 0;
    const change = [node.revision, (this.#sequence += 1), node.modifiedAt, node.modifiedBy];
    return [node.parentId, node.name, key, isFile, ...change, made.at, made.by, ...contentValues(node)];
  }
}
