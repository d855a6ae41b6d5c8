import type { CommitEntry, CommitResult } from '../../contract/index.ts';
import { CommitSteps } from './commit-steps.ts';
import type { DriveTransaction } from './drive-transaction.ts';
import { placeFault } from './place.ts';

/** Applies the entries in order and answers a result for each. Nothing of a failed entry, or group, stays. */
export function commitEntries(drive: DriveTransaction, entries: readonly CommitEntry[]): readonly CommitResult[] {
  return new CommitBatch(drive, entries).run();
}

interface Indexed {
  readonly entry: CommitEntry;
  readonly index: number;
}

/** Entries that succeed or fail together. */
type Unit = readonly Indexed[];

class CommitBatch {
  readonly #drive: DriveTransaction;
  readonly #units: readonly Unit[];
  readonly #results: CommitResult[] = [];
  readonly #steps: CommitSteps;
  /** Nodes that entries were to make and did not. */
  readonly #unmade = new Set<string>();

  constructor(drive: DriveTransaction, entries: readonly CommitEntry[]) {
    this.#drive = drive;
    this.#units = inOrder(entries);
    this.#steps = new CommitSteps(drive);
  }

  run(): readonly CommitResult[] {
    for (const unit of this.#units) {
      if (unit.length === 1) this.#runAlone(unit);
      else this.#runGroup(unit);
      for (const { entry, index } of unit) if (makes(entry) && this.#results[index]?.status !== 'ok') this.#unmade.add(entry.id);
    }
    return withoutRepeats(this.#results);
  }

  #runAlone(unit: Unit): void {
    for (const { entry, index } of unit) this.#results[index] = this.#dependencyFault(entry) ?? this.#steps.apply(entry, 'settled');
  }

  /** Names and cycles are looked at when all of the group was done: only then do swaps and rotations make sense. */
  #runGroup(unit: Unit): void {
    let failed: { readonly index: number; readonly result: CommitResult } | undefined;
    const done = this.#drive.attempt(() => {
      failed = this.#applyAll(unit) ?? this.#settleAll(unit);
      return failed === undefined;
    });
    for (const { entry, index } of unit) {
      if (done) this.#results[index] = { status: 'ok', node: this.#drive.node(entry.id)?.node ?? null };
      else if (index === failed?.index) this.#results[index] = this.#asItIsNow(failed.result);
      else this.#results[index] = { status: 'error', code: 'group_failed' };
    }
  }

  #applyAll(unit: Unit): { readonly index: number; readonly result: CommitResult } | undefined {
    for (const { entry, index } of unit) {
      const result = this.#dependencyFault(entry) ?? this.#steps.apply(entry, 'parked');
      if (result.status !== 'ok') return { index, result };
    }
    return undefined;
  }

  #settleAll(unit: Unit): { readonly index: number; readonly result: CommitResult } | undefined {
    for (const { entry, index } of unit) {
      const node = this.#drive.node(entry.id)?.node;
      if (node === undefined) continue;
      const result = placeFault(this.#drive, node);
      if (result !== undefined) return { index, result };
      this.#drive.settle(node);
    }
    return undefined;
  }

  /** After a group was undone, the node in its answer must not be one that exists no more. */
  #asItIsNow(result: CommitResult): CommitResult {
    if (result.status !== 'conflict' || result.node === null) return result;
    return { ...result, node: this.#drive.node(result.node.id)?.node ?? null };
  }

  #dependencyFault(entry: CommitEntry): CommitResult | undefined {
    return needs(entry).some((id) => this.#unmade.has(id)) ? { status: 'error', code: 'dependency_failed' } : undefined;
  }
}

/** A list of blocks longer than this is told once in an answer. */
const LONG_LIST = 64;

/** Hundreds of entries may all be about one file, and that one may have tens of thousands of blocks. */
function withoutRepeats(results: readonly CommitResult[]): readonly CommitResult[] {
  const told = new Set<string>();
  return results.map((result) => {
    if (result.status === 'error' || result.node?.kind !== 'file' || result.node.blocks.length <= LONG_LIST) return result;
    const { revision } = result.node;
    if (told.has(revision)) return { ...result, node: null };
    told.add(revision);
    return result;
  });
}

const makes = (entry: CommitEntry): boolean => entry.op === 'mkdir' || (entry.op === 'put' && entry.base === null);

/** Nodes that have to be there before the entry. */
function needs(entry: CommitEntry): readonly string[] {
  if (entry.op === 'delete') return [entry.id];
  return makes(entry) ? [entry.parentId] : [entry.id, entry.parentId];
}

/**
 * The order of the batch, where a group stands at its first entry; what makes a node comes before the units that need
 * it, also when a group's entries lie apart.
 */
function inOrder(entries: readonly CommitEntry[]): readonly Unit[] {
  const groups = new Map<number, Indexed[]>();
  const unitOf = entries.map((entry, index) => {
    const unit = entry.group === undefined ? [] : (groups.get(entry.group) ?? []);
    if (entry.group !== undefined) groups.set(entry.group, unit);
    unit.push({ entry, index });
    return unit;
  });
  const makers = new Map<string, number>();
  for (const [index, entry] of entries.entries()) if (makes(entry) && !makers.has(entry.id)) makers.set(entry.id, index);
  const order: Unit[] = [];
  const visited = new Set<Unit>();
  const visit = (unit: Unit): void => {
    if (visited.has(unit)) return;
    visited.add(unit);
    for (const { entry, index } of unit) {
      for (const id of needs(entry)) {
        const maker = makers.get(id);
        const before = maker !== undefined && maker < index ? unitOf[maker] : undefined;
        if (before !== undefined) visit(before);
      }
    }
    order.push(unit);
  };
  for (const unit of unitOf) visit(unit);
  return order;
}
