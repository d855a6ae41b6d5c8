import { SMALL_FILE_BYTES } from '../environment.ts';
import type { NodeId } from '../model/index.ts';
import type { Operation } from '../plan/index.ts';
import type { Amount } from '../status/index.ts';
import { RankedQueue } from '../transfer/index.ts';
import type { RankedOperation } from './work-order.ts';

/** How many may be under way in a lane, and how many places become free before others get their turn. */
interface LaneSize {
  readonly most: number;
  readonly step: number;
}

export interface LaneSizes {
  readonly small: LaneSize;
  readonly large: LaneSize;
  /** So few that come together go beyond it: what somebody just did does not wait for what came in bulk. */
  readonly few: number;
}

/**
 * Small files: all requests and batches full (transfer/limits.ts), and as many gathering for the next. Large ones: more than
 * are sent or fetched at a time. One under way takes 3 to 7 KB of memory, one that waits a tenth of that.
 */
export const LANE_SIZES: LaneSizes = { small: { most: 4000, step: 1000 }, large: { most: 64, step: 8 }, few: 50 };

class Lane {
  readonly size: LaneSize;
  readonly waiting = new RankedQueue<NodeId>();
  running = 0;
  /** Of all that is under way or waits. */
  bytes = 0;
  /** Had their turn, and are to be planned anew. */
  called = 0;

  constructor(size: LaneSize) {
    this.size = size;
  }

  get free(): number {
    return this.size.most - this.running - this.called;
  }
}

interface Placed {
  readonly ranked: RankedOperation;
  readonly lane: Lane;
}

export interface Turns {
  /** May begin at once. */
  readonly begin: readonly Operation[];
  /** The trees may have changed while they waited. */
  readonly plan: readonly NodeId[];
}

/**
 * Bounds how many operations that read or move content are under way: a first sync has as many as there are files, and one
 * under way takes memory. What has to wait is remembered by its id alone and planned anew when its turn comes, so that
 * nothing is done by trees that are not so any more; only reading is right whenever it begins.
 */
export class WorkLanes {
  readonly #few: number;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #waiting = new Map<NodeId, Placed>();
  readonly #running = new Map<Operation, Placed>();

  constructor({ small, large, few }: LaneSizes = LANE_SIZES) {
    this.#few = few;
    const kinds = ['hash', 'upload', 'download'] as const;
    this.#lanes = new Map(
      kinds.flatMap((op): [string, Lane][] => [
        [laneName(op, false), new Lane(small)],
        [laneName(op, true), new Lane(large)],
      ]),
    );
  }

  /** Those that may begin now, in their order; the others wait. One at a time for each item: the last counts. */
  admit(work: readonly RankedOperation[]): readonly Operation[] {
    const placed = work.map((ranked) => ({ ranked, lane: this.#laneOf(ranked) }));
    const beyond = placed.filter(({ lane }) => lane !== undefined).length <= this.#few ? this.#few : 0;
    return placed.flatMap(({ ranked, lane }) => {
      this.forget(ranked.operation.id);
      if (lane !== undefined) {
        if (lane.free + beyond <= 0 || (beyond === 0 && this.#isOutranked(ranked, lane))) return this.#hold({ ranked, lane });
        this.#begin({ ranked, lane });
      }
      return [ranked.operation];
    });
  }

  /** The operation is over. */
  ended(operation: Operation): void {
    const placed = this.#running.get(operation);
    if (placed === undefined) return;
    this.#running.delete(operation);
    placed.lane.running -= 1;
    placed.lane.bytes -= placed.ranked.bytes;
  }

  /** What an operation that is under way transfers at most, or reads. */
  bytesOf(operation: Operation): number {
    return this.#running.get(operation)?.ranked.bytes ?? 0;
  }

  /** Everything that had its turn is being planned. */
  planned(): void {
    for (const lane of this.#lanes.values()) lane.called = 0;
  }

  /** Those whose turn has come. @param mayRead whether the file of this item may be read now */
  next(mayRead: (id: NodeId) => boolean): Turns {
    const begin: Operation[] = [];
    const plan: NodeId[] = [];
    for (const lane of this.#lanes.values()) {
      if (lane.waiting.size === 0 || lane.free < lane.size.step) continue;
      while (lane.free > 0) {
        const id = lane.waiting.peek();
        const placed = id === undefined ? undefined : this.#waiting.get(id);
        if (id === undefined || placed === undefined) break;
        this.forget(id);
        if (placed.ranked.operation.op === 'hash' && mayRead(id)) {
          this.#begin(placed);
          begin.push(placed.ranked.operation);
        } else {
          lane.called += 1;
          plan.push(id);
        }
      }
    }
    return { begin, plan };
  }

  /** It is planned otherwise. */
  forget(id: NodeId): void {
    const placed = this.#waiting.get(id);
    if (placed === undefined) return;
    this.#waiting.delete(id);
    placed.lane.waiting.delete(id);
    placed.lane.bytes -= placed.ranked.bytes;
  }

  isWaiting(id: NodeId): boolean {
    return this.#waiting.has(id);
  }

  /** Those whose turn has not come. */
  waiting(): Iterable<NodeId> {
    return this.#waiting.keys();
  }

  get idle(): boolean {
    return this.#waiting.size === 0;
  }

  /** Under way and waiting. */
  amount(op: 'upload' | 'download'): Amount {
    const lanes = [false, true].flatMap((isLarge) => this.#lanes.get(laneName(op, isLarge)) ?? []);
    return {
      files: lanes.reduce((sum, lane) => sum + lane.running + lane.waiting.size, 0),
      bytes: lanes.reduce((sum, lane) => sum + lane.bytes, 0),
    };
  }

  #begin(placed: Placed): void {
    this.#running.set(placed.ranked.operation, placed);
    placed.lane.running += 1;
    placed.lane.bytes += placed.ranked.bytes;
  }

  #hold(placed: Placed): [] {
    const { operation, rank } = placed.ranked;
    this.#waiting.set(operation.id, placed);
    placed.lane.waiting.add(operation.id, rank);
    placed.lane.bytes += placed.ranked.bytes;
    return [];
  }

  /** Among equals those that had their turn go on. */
  #isOutranked({ rank }: RankedOperation, { waiting }: Lane): boolean {
    const first = waiting.peek();
    const other = first === undefined ? undefined : this.#waiting.get(first);
    return other !== undefined && other.ranked.rank > rank;
  }

  #laneOf({ operation: { op }, bytes }: RankedOperation): Lane | undefined {
    return this.#lanes.get(laneName(op, bytes > SMALL_FILE_BYTES));
  }
}

const laneName = (op: Operation['op'], isLarge: boolean): string => `${op} ${isLarge ? 'large' : 'small'}`;
