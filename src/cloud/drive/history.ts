import type { CloudFile, Freed } from '../../contract/index.ts';
import type { RestoreOutcome, VersionRecord } from '../catalogue.ts';
import { type DriveTransaction, madeOf, versionOf } from './drive-transaction.ts';
import { shortfallBytes } from './quota.ts';

/** Contents of a file, the newest first; undefined when there is no such file. */
export function versionsOf(drive: DriveTransaction, id: string): readonly VersionRecord[] | undefined {
  const stored = drive.node(id);
  if (stored?.node.kind !== 'file') return undefined;
  return [versionOf(stored.node, madeOf(stored), null), ...drive.versions(id)];
}

/** Deletes earlier versions of a file, also of one in the trash: all, or one. Undefined when there is none such. */
export function dropVersions(drive: DriveTransaction, id: string, versionId: string | undefined): Freed | 'current' | undefined {
  const node = (drive.node(id) ?? drive.trashed(id))?.node;
  if (node?.kind !== 'file') return undefined;
  if (node.versionId === versionId) return 'current';
  const versions = drive.versions(id).filter((version) => versionId === undefined || version.versionId === versionId);
  if (versionId !== undefined && versions.length === 0) return undefined;
  return { items: versions.length, freedBytes: dropAll(drive, id, versions) };
}

/** Drops these versions of a file; answers the bytes that they took. */
export function dropAll(drive: DriveTransaction, id: string, versions: readonly VersionRecord[]): number {
  let bytes = 0;
  for (const { versionId, blocks, size } of versions) {
    drive.dropVersion(id, versionId);
    drive.release(blocks);
    drive.count('versionsBytes', -size);
    bytes += size;
  }
  return bytes;
}

/** Makes the content of an earlier version the newest; the earlier one stays in the history as well. */
export function restoreVersion(drive: DriveTransaction, id: string, versionId: string, base: string): RestoreOutcome {
  const stored = drive.node(id);
  if (stored?.node.kind !== 'file') return { outcome: 'not_found' };
  const { node } = stored;
  if (node.revision !== base) return { outcome: 'revision_mismatch', node };
  if (node.versionId === versionId) return { outcome: 'restored', node };
  const version = drive.versions(id).find((one) => one.versionId === versionId);
  if (version === undefined) return { outcome: 'not_found' };
  const neededBytes = shortfallBytes(drive.usage(), version.size);
  if (neededBytes > 0 && version.size > 0) return { outcome: 'quota_exceeded', neededBytes };
  drive.use(version.blocks);
  drive.keepVersion(id, versionOf(node, madeOf(stored), drive.now));
  drive.count('filesBytes', version.size - node.size);
  drive.count('versionsBytes', node.size);
  const next: CloudFile = {
    ...node,
    revision: drive.newId(),
    modifiedAt: drive.now,
    modifiedBy: drive.author.deviceId,
    versionId: drive.newId(),
    size: version.size,
    hash: version.hash,
    blocks: [...version.blocks],
    mtimeMs: version.mtimeMs,
    executable: version.executable,
  };
  drive.update(next, { at: drive.now, by: drive.author.deviceId }, 'settled');
  return { outcome: 'restored', node: next };
}
