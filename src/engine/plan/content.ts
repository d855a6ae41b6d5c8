import type { LocalFile, RemoteFile, SyncedNode } from '../model/index.ts';
import type { Context } from './context.ts';
import { freeConflictName } from './place.ts';

/** Decides the content of a file that is on both sides. True when both hold the same bytes. */
export function decideContent(ctx: Context, remote: RemoteFile, local: LocalFile, synced: SyncedNode | undefined): boolean {
  const { id } = local;
  if (local.content === null) {
    ctx.emit({ op: 'hash', id });
    return false;
  }
  const here = local.content.hash;
  const there = remote.content.hash;
  if (here === there) return true;
  const agreed = synced?.kind === 'file' ? synced.hash : undefined;
  if (agreed === here) ctx.emit({ op: 'download', id });
  else if (agreed === there) ctx.emit({ op: 'upload', id });
  else keepBoth(ctx, local);
  return false;
}

/** Both sides wrote different bytes: the cloud's keep the name, the ones here get a name of their own (SYNC-SPEC 5). */
function keepBoth(ctx: Context, local: LocalFile): void {
  const name = freeConflictName(ctx, local);
  if (name === undefined) ctx.block(local.id, { code: 'conflict_limit', params: { name: local.name } });
  else ctx.emit({ op: 'keep_conflict', id: local.id, name });
}
