import { hourMs, type RelativePath } from '../../../base/index.ts';
import type { FileStat, NodeId } from '../../model/index.ts';
import { QUIET_MS } from './quiet.ts';

/** What looks leave open. Times are of the wall clock, in ms. */
export interface Doubts {
  /** Items that looks missed which may not have seen everything: since when. */
  readonly missed: ReadonlyMap<NodeId, number>;
  /** Names of which the disk does not say what they are: since when. */
  readonly strangers: ReadonlyMap<RelativePath, number>;
  /** Documents that an office program has open: what they were like, and since when. Clocks of servers say nothing of that. */
  readonly open: ReadonlyMap<RelativePath, OpenDocument>;
  /** Places of what looks saw at two places, though it can be at one only: since when. */
  readonly twice: ReadonlyMap<RelativePath, number>;
}

export interface OpenDocument {
  readonly stat: FileStat;
  readonly since: number;
}

export const NO_DOUBTS: Doubts = { missed: new Map(), strangers: new Map(), open: new Map(), twice: new Map() };

/** So long, in ms, things may go on being disturbed until what was never found meanwhile counts as gone. */
export const LONGEST_DOUBT_MS = 5000;
/** So long what went missing may be a stranger that came as it went. Permissions stay for years, and deletions must not wait for those. */
export const LONGEST_HIDING_MS = hourMs;

/**
 * What is missing from a look during which things moved may have been somewhere that had been read by then, or in a folder
 * that the disk failed to list: only a look that nothing disturbed tells that it is gone. Where something is always on the
 * move, the time tells.
 */
export class DoubtKeeper {
  /** Of before, and of this look. */
  readonly kept = new Map<NodeId, number>();
  readonly #before: Doubts['missed'];
  /** The latest of the strangers. */
  readonly #lastCame: number;
  readonly #disturbed: boolean;
  readonly #blind: boolean;

  /**
   * @param before those of the look before, with the strangers that there are now
   * @param blind the disk failed to list a folder: as long as it does, nothing tells that what is missed is not in there
   */
  constructor(before: Pick<Doubts, 'missed' | 'strangers'>, disturbed: boolean, blind: boolean) {
    this.#before = before.missed;
    this.#lastCame = [...before.strangers.values()].reduce((last, came) => Math.max(last, came), Number.NEGATIVE_INFINITY);
    this.#disturbed = disturbed;
    this.#blind = blind;
  }

  /**
   * @param now of the look that missed it, wall clock in ms
   * @param timeless nothing tells how long ago it went: one more look, a moment later, has to miss it too
   */
  hasDoubt(id: NodeId, now: number, timeless = false): boolean {
    if (!this.#disturbed && !timeless) return false;
    const since = this.#since(id, now);
    return this.#blind || this.#isHidden(since, now) || now - since < (this.#disturbed ? LONGEST_DOUBT_MS : QUIET_MS);
  }

  /**
   * As `hasDoubt`, of an item that has something else in its place now. Nothing is deleted there, and most programs save by
   * putting a new file in the place of the old one: that does not wait for as long as a disk fails elsewhere.
   */
  mayBeElsewhere(id: NodeId, now: number): boolean {
    return this.#disturbed && now - this.#since(id, now) < LONGEST_DOUBT_MS;
  }

  /** It may be what has another name now, and cannot be looked at there. */
  #isHidden(since: number, now: number): boolean {
    if (now - since >= LONGEST_HIDING_MS) return false;
    return this.#lastCame >= since - LONGEST_DOUBT_MS;
  }

  #since(id: NodeId, now: number): number {
    // Where the clock was set back, it begins anew.
    const since = Math.min(this.#before.get(id) ?? now, now);
    this.kept.set(id, since);
    return since;
  }

  /** For how long, in ms, there has been a doubt about the item. */
  ageOf(id: NodeId, now: number): number {
    return Math.max(0, now - (this.kept.get(id) ?? now));
  }
}
