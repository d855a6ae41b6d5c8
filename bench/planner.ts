import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalNode, MapTree, type NodeId, type RemoteNode, ROOT_ID, type SyncedNode, type Trees } from '../src/engine/model/index.ts';
import { MASS_DELETE_LIMITS, plan, type Plan, type Policy } from '../src/engine/plan/index.ts';
import { openStore, type Store } from '../src/engine/store/index.ts';
import { formatBytes } from '../tools/lib/table.ts';

/** What the planner is measured over, unless told otherwise. */
export const PLANNER_ITEMS = 1_000_000;

const FOLDER_ITEMS = 100;
const CHANGES = 10_000;
const BATCH = 10_000;

interface Measured {
  readonly seconds: number;
  /** The processor's share of it: what a busy machine does not change. */
  readonly cpuSeconds: number;
  /** Growth of the heap and of what lies beside it while it was made, bytes. */
  readonly bytes: number;
  readonly operations: number;
}

export interface PlannerMeasures {
  readonly items: number;
  readonly changes: number;
  readonly databaseBytes: number;
  /** The database asked for what differs, and that planned: what a start does. */
  readonly store: { readonly unchanged: Measured; readonly changed: Measured; readonly dirtyOnly: Measured };
  /** Every id planned over trees in memory: the oracle. */
  readonly memory: { readonly unchanged: Measured; readonly changed: Measured };
}

const policy: Policy = {
  deviceName: 'Bench',
  day: '2026-03-01',
  caseSensitive: true,
  canHold: () => true,
  busy: () => false,
  deleteApproved: () => true,
  keep: () => false,
  massDelete: MASS_DELETE_LIMITS,
  deletedLately: () => ({ items: 0, gone: 0 }),
};

/** The planner over a tree of so many items, with nothing changed and with ten thousand changes of every kind. */
export function measurePlanner(items: number): PlannerMeasures {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const path = join(folder, 'state.db');
  const store = openStore(path, { now: () => Date.now() });
  try {
    inBatches(items, (from, to) =>
      store.transaction((write) => {
        for (let n = from; n < to; n += 1) {
          const { remote, local, synced } = nodes(n);
          write.putRemote(remote);
          write.putLocal(local);
          write.putSynced(synced);
        }
      }),
    );
    store.sync();
    const databaseBytes = statSync(path).size;
    const start = (): Plan => plan(store, store.divergentIds(), policy);
    start(); // the file is in the system's cache, as after any use
    const unchanged = measured(start);
    const changed = change(store, items);
    const fromStore = { unchanged, changed: measured(start), dirtyOnly: measured(() => plan(store, changed, policy)) };
    return { items, changes: CHANGES, databaseBytes, store: fromStore, memory: oracle(items) };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows for a table: what, measured, beside it. */
export function plannerRows({ items, changes, store, memory, databaseBytes }: PlannerMeasures): string[][] {
  const row = (what: string, { seconds, cpuSeconds, bytes, operations }: Measured): string[] => [
    what,
    `${seconds.toFixed(2)} s`,
    `${cpuSeconds.toFixed(2)} s of CPU; ${operations} operations; ${formatBytes(Math.max(0, bytes))} of memory`,
  ];
  const many = (count: number): string => (count % 1000 === 0 ? `${count / 1000} k` : String(count));
  return [
    ['planner: database', formatBytes(databaseBytes), `${many(items)} items in each of three trees`],
    row('planner: look for changes and plan, none', store.unchanged),
    row(`planner: look for changes and plan, ${many(changes)}`, store.changed),
    row(`planner: plan ${many(changes)} that are known`, store.dirtyOnly),
    row('planner: every item in memory, no change', memory.unchanged),
    row(`planner: every item in memory, ${many(changes)} changes`, memory.changed),
  ];
}

function oracle(items: number): PlannerMeasures['memory'] {
  const trees = { remote: new MapTree<RemoteNode>(), local: new MapTree<LocalNode>(), synced: new MapTree<SyncedNode>() };
  const ids: NodeId[] = [];
  for (let n = 0; n < items; n += 1) {
    const { remote, local, synced } = nodes(n);
    trees.remote.set(remote);
    trees.local.set(local);
    trees.synced.set(synced);
    ids.push(remote.id);
  }
  const unchanged = measured(() => plan(trees, ids, policy));
  const edits = changesOf(trees, items);
  for (const { remote, local, id } of edits) {
    if (remote === null) trees.remote.delete(id);
    else if (remote !== undefined) trees.remote.set(remote);
    if (local === null) trees.local.delete(id);
    else if (local !== undefined) trees.local.set(local);
  }
  const all = [...ids, ...edits.map(({ id }) => id)];
  return { unchanged, changed: measured(() => plan(trees, all, policy)) };
}

function change(store: Store, items: number): readonly NodeId[] {
  const edits = changesOf(store, items);
  store.transaction((write) => {
    for (const { id, remote, local } of edits) {
      if (remote === null) write.deleteRemote(id);
      else if (remote !== undefined) write.putRemote(remote);
      if (local === null) write.deleteLocal(id);
      else if (local !== undefined) write.putLocal(local);
    }
  });
  store.sync();
  return edits.map(({ id }) => id);
}

interface Edit {
  readonly id: NodeId;
  /** Null: deleted; undefined: as it was. */
  readonly remote?: RemoteNode | null;
  readonly local?: LocalNode | null;
}

/** Edits, moves, additions and deletions on both sides, spread over the whole tree. */
function changesOf(trees: Trees, items: number): readonly Edit[] {
  const edits: Edit[] = [];
  const step = Math.max(1, Math.floor(items / CHANGES));
  for (let n = 1; edits.length < CHANGES && n < items; n += step) {
    const at = n % FOLDER_ITEMS === 0 ? n + 1 : n;
    const local = trees.local.get(idOf(at));
    const remote = trees.remote.get(idOf(at));
    if (local?.kind !== 'file' || remote?.kind !== 'file') continue;
    const elsewhere = { parentId: idOf(at + 5 * FOLDER_ITEMS - (at % FOLDER_ITEMS)), name: `moved ${at}.txt` };
    const movable = trees.local.get(elsewhere.parentId) !== undefined;
    const fresh = hashOf(`new ${at}`);
    switch (edits.length % 8) {
      case 0:
        edits.push({ id: local.id, local: { ...local, content: contentOf(fresh) } });
        break;
      case 1:
        edits.push({ id: local.id, remote: { ...remote, revision: idOf(at + 1e9), content: contentOf(fresh) } });
        break;
      case 2:
        edits.push({ id: local.id, local: movable ? { ...local, ...elsewhere } : { ...local, name: elsewhere.name } });
        break;
      case 3:
        edits.push({ id: local.id, remote: { ...remote, ...(movable ? elsewhere : { name: elsewhere.name }), revision: idOf(at + 1e9) } });
        break;
      case 4:
        edits.push({ id: local.id, local: null });
        break;
      case 5:
        edits.push({ id: local.id, remote: null });
        break;
      case 6:
        edits.push({ id: idOf(at + 2e9), local: { ...local, id: idOf(at + 2e9), name: `new ${at}.txt` } });
        break;
      default:
        edits.push({ id: idOf(at + 2e9), remote: { ...remote, id: idOf(at + 2e9), name: `new ${at}.txt` } });
    }
  }
  return edits;
}

function nodes(n: number): { remote: RemoteNode; local: LocalNode; synced: SyncedNode } {
  const isFolder = n % FOLDER_ITEMS === 0;
  const id = idOf(n);
  // Folders of a hundred, each hundred of them in one of their own.
  const above = isFolder
    ? n % (FOLDER_ITEMS * FOLDER_ITEMS) === 0
      ? ROOT_ID
      : idOf(n - (n % (FOLDER_ITEMS * FOLDER_ITEMS)))
    : idOf(n - (n % FOLDER_ITEMS));
  const place = { id, parentId: above, name: isFolder ? `Folder ${n}` : `Document ${n}.docx` };
  const revision = idOf(n + 3e9);
  const modified = { modifiedBy: null, modifiedAt: 1_700_000_000_000 };
  const times = { birthtimeNs: '1700000000000000001', mtimeNs: '1700000000000000002', ctimeNs: '1700000000000000003' };
  const stat = { size: 20_000, dev: '2049', ino: String(n + 11), ...times, mode: 0o644, links: 1 };
  if (isFolder) {
    return {
      remote: { kind: 'folder', ...place, revision, ...modified },
      local: { kind: 'folder', ...place, stat: { ...stat, kind: 'folder' } },
      synced: { kind: 'folder', ...place, revision },
    };
  }
  const hash = hashOf(id);
  const content = contentOf(hash);
  const facts = { mtimeMs: 1_700_000_000_000, executable: false, conflictOf: null, conflictDevice: null };
  return {
    remote: { kind: 'file', ...place, revision, content, ...facts, ...modified },
    local: { kind: 'file', ...place, stat: { ...stat, kind: 'file' }, content },
    synced: { kind: 'file', ...place, revision, hash },
  };
}

const contentOf = (hash: string) => ({ size: 20_000, hash, blocks: [{ hash, size: 20_000 }] });
/** Ids lie anywhere, as random ones do. */
const idOf = (n: number): NodeId => createHash('md5').update(`id ${n}`).digest('hex');
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function inBatches(items: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < items; from += BATCH) work(from, Math.min(items, from + BATCH));
}

function measured(make: () => Plan): Measured {
  const before = process.memoryUsage();
  const began = performance.now();
  const cpu = process.cpuUsage();
  const { operations } = make();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  const after = process.memoryUsage();
  return { seconds, cpuSeconds: (user + system) / 1e6, bytes: after.rss - before.rss, operations: operations.length };
}
