import type { Activity, ActivityKind } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { Store } from '../store/index.ts';

export interface NoteDetails {
  readonly otherPath?: string | null;
  readonly sizeBytes?: number | null;
  readonly device?: string | null;
}

export interface NoteParts {
  readonly store: Store;
  readonly environment: { readonly clock: Clock };
  readonly onActivity: (entry: Activity) => void;
}

/** Adds a line to the history; answers its id. */
export function note(parts: NoteParts, kind: ActivityKind, path: string | undefined, details: NoteDetails = {}): number {
  const { otherPath = null, sizeBytes = null, device = null } = details;
  const entry = parts.store.transaction((write) =>
    write.addActivity({ at: parts.environment.clock.now(), kind, path: path ?? '', otherPath, sizeBytes, device }),
  );
  parts.onActivity(entry);
  return entry.id;
}
