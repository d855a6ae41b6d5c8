import type { ActivityKind } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { NodeId } from '../model/index.ts';
import type { ActivityRow, Reversal, Store, TrashRow } from '../store/index.ts';

export interface NoteDetails {
  readonly otherPath?: string | null;
  readonly sizeBytes?: number | null;
  readonly device?: string | null;
  readonly node?: NodeId;
  /** How to take it back; without it nobody can. */
  readonly reversal?: Reversal | undefined;
  /** The line that this one takes back. */
  readonly undoes?: number;
  /** Where what was at `path` lies now, relative to the synced folder. */
  readonly trash?: Pick<TrashRow, 'trashPath' | 'why'> | undefined;
}

export interface NoteParts {
  readonly store: Store;
  readonly environment: { readonly clock: Clock };
  readonly onActivity: (entry: ActivityRow) => void;
}

/** Adds a line to the history, with what it put into the trash; answers its id. */
export function note(parts: NoteParts, kind: ActivityKind, path: string | undefined, details: NoteDetails = {}): number {
  const { otherPath = null, sizeBytes = null, device = null, node = null, reversal = null, undoes = null, trash } = details;
  const at = parts.environment.clock.now();
  const entry = parts.store.transaction((write) => {
    const added = write.addActivity({ at, kind, path: path ?? '', otherPath, sizeBytes, device, node, reversal, undoes });
    if (undoes !== null) write.setUndone(undoes, added.id);
    if (trash !== undefined) write.addTrash({ ...trash, originalPath: added.path, at, activityId: added.id });
    return { ...added, inTrash: trash !== undefined };
  });
  parts.onActivity(entry);
  return entry.id;
}
