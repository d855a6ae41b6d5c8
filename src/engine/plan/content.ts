import type { LocalFile, RemoteFile, SyncedNode } from '../model/index.ts';
import type { Context } from './context.ts';

/** Decides the content of a file that is on both sides. True when both hold the same bytes. */
export function decideContent(ctx: Context, remote: RemoteFile, local: LocalFile, synced: SyncedNode | undefined): boolean {
  const { id } = local;
  if (local.content === null) {
    ctx.emit({ op: 'hash', id }, 'read_first');
    return false;
  }
  const here = local.content.hash;
  const there = remote.content.hash;
  if (here === there) return true;
  const agreed = synced?.kind === 'file' ? synced.hash : undefined;
  if (agreed === here) ctx.emit({ op: 'download', id }, 'edited_there');
  else if (agreed === there) ctx.emit({ op: 'upload', id }, 'edited_here');
  // Both sides wrote different bytes: the file here becomes an item of its own and then, like anything new that meets a
  // name in use, steps aside for the cloud's version (SYNC-SPEC 5).
  else ctx.emit({ op: 'revive_local', id, whole: true }, 'both_edited');
  return false;
}
