import type { ActivityKind } from '../../contract/index.ts';
import { DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
import { note, type NoteDetails } from './note.ts';
import type { ApplyParts } from './parts.ts';

export const MOVE_JOURNAL = 'move';

/** A line of the history, written once what it tells of is done: at once, or by the next start after a crash. */
export interface Line {
  readonly kind: ActivityKind;
  readonly path: string;
  readonly details: NoteDetails;
  /** Row of the trash whose item is not there any more. */
  readonly outOfTrash?: number;
}

/** A move into the trash or out of it, and what is to be told of it. Both paths are relative to the synced folder. */
export interface MoveEntry {
  readonly from: string;
  readonly to: string;
  readonly line: Line;
}

export function writeLine(parts: ApplyParts, { kind, path, details, outOfTrash }: Line): number {
  return parts.store.transaction((write) => {
    if (outOfTrash !== undefined) write.deleteTrash(outOfTrash);
    return note(parts, kind, path, details);
  });
}

/**
 * After a crash: a move that was made is told of, one that was not is forgotten. The rows of what moved are not touched,
 * the next look finds it where it is. Throws DiskFault.
 */
export async function recoverMove(parts: ApplyParts, { from, to, line }: MoveEntry): Promise<void> {
  const { disk } = parts.environment;
  const source = await disk.stat(`${parts.root}/${from}`);
  const target = await disk.stat(`${parts.root}/${to}`);
  if (target === undefined) return;
  if (source !== undefined) {
    if (source.dev !== target.dev || source.ino !== target.ino || source.kind !== 'file') return;
    // One file under both names: the move was broken off. The person's name for it is the one that stays.
    await disk.removeFile(`${parts.root}/${isOwn(to) ? to : from}`);
    if (isOwn(to)) return;
  }
  writeLine(parts, line);
}

const isOwn = (path: string): boolean => path.startsWith(`${OWN_FOLDER}/`);

/** For what is tried to be put back while another fault is on its way up. */
export function ignoreFault(error: unknown): undefined {
  if (!(error instanceof DiskFault)) throw error;
  return undefined;
}
