import { createHash } from 'node:crypto';
import {
  type Content,
  type FileStat,
  type LocalFile,
  type LocalFolder,
  type NodeId,
  type RemoteFile,
  ROOT_ID,
  type SyncedFile,
} from '../../model/index.ts';

/** Nodes for this folder's tests. */

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
export const idOf = (text: string): NodeId => hashOf(text).slice(0, 32);

export const contentOf = (text: string): Content => ({
  size: text.length,
  hash: hashOf(text),
  blocks: [{ hash: hashOf(text), size: text.length }],
});

export const statOf = (kind: 'file' | 'folder', over: Partial<FileStat> = {}): FileStat => ({
  kind,
  size: 5,
  dev: '2049',
  ino: '18446744073709551615',
  birthtimeNs: '1700000000123456789',
  mtimeNs: '1700000000987654321',
  ctimeNs: '-11644473600000000001',
  mode: 0o640,
  links: 2,
  ...over,
});

export const remoteFile = (name: string, over: Partial<RemoteFile> = {}): RemoteFile => ({
  kind: 'file',
  id: idOf(name),
  parentId: ROOT_ID,
  name,
  revision: idOf(`revision of ${name}`),
  content: contentOf(name),
  mtimeMs: 1_700_000_000_123,
  executable: false,
  conflictOf: null,
  conflictDevice: null,
  modifiedBy: null,
  modifiedAt: 1_700_000_000_456,
  ...over,
});

export const localFile = (name: string, over: Partial<LocalFile> = {}): LocalFile => ({
  kind: 'file',
  id: idOf(name),
  parentId: ROOT_ID,
  name,
  stat: statOf('file'),
  content: contentOf(name),
  ...over,
});

export const localFolder = (name: string, over: Partial<LocalFolder> = {}): LocalFolder => ({
  kind: 'folder',
  id: idOf(name),
  parentId: ROOT_ID,
  name,
  stat: statOf('folder'),
  ...over,
});

export const syncedFile = (name: string, over: Partial<SyncedFile> = {}): SyncedFile => ({
  kind: 'file',
  id: idOf(name),
  parentId: ROOT_ID,
  name,
  revision: idOf(`revision of ${name}`),
  hash: hashOf(name),
  ...over,
});
