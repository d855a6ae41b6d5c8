import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../fakes/index.ts';
import { findByPath, MapTree, type NodeId, ROOT_ID } from '../model/index.ts';
import type { Store } from '../store/index.ts';
import { memoryStore } from '../testing/test-sync.ts';
import { findAnywhere } from './lookup.ts';

const node = (id: NodeId, name: string, parentId: NodeId = ROOT_ID) => ({ id, name, parentId });

describe('what a tree has at a path', () => {
  const tree = new MapTree([
    node('docs', 'Docs'),
    node('report', 'Report.txt', 'docs'),
    node('lower', 'report.txt', 'docs'),
    node('cafe', 'caf\u00e9', 'docs'),
    node('deep', 'a.txt', 'cafe'),
  ]);

  it.each([
    ['', ROOT_ID],
    ['Docs', 'docs'],
    ['Docs/Report.txt', 'report'],
    ['Docs/report.txt', 'lower'],
    ['Docs/caf\u00e9/a.txt', 'deep'],
  ])('%j by its exact spelling', (path, id) => {
    expect(findByPath(tree, path)).toBe(id);
  });

  it.each([
    ['docs', 'docs'],
    ['DOCS/CAFE\u0301/A.TXT', 'deep'],
  ])('%j by another case or composition', (path, id) => {
    expect(findByPath(tree, path)).toBe(id);
  });

  it.each(['Report.txt', 'Docs/', '/Docs', 'Docs//Report.txt', 'Docs/Report.txt/x', 'Docs/cafe', 'Docs/..', '.'])(
    'nothing at %j',
    (path) => {
      expect(findByPath(tree, path)).toBeUndefined();
    },
  );
});

describe('an item by its path', () => {
  const [here, there, agreed] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [NodeId, NodeId, NodeId];
  const stat = {
    kind: 'folder' as const,
    size: 0,
    dev: '1',
    ino: '1',
    birthtimeNs: '1',
    mtimeNs: '1',
    ctimeNs: '1',
    mode: 0o755,
    links: 2,
  };
  let store: Store;

  beforeEach(() => {
    store = memoryStore(new FakeClock());
  });

  it('is what is on this device, else what is in the cloud, else what was agreed on', () => {
    const base = { parentId: ROOT_ID, name: 'docs', revision: 'a'.repeat(32) };
    store.transaction((write) => write.putSynced({ kind: 'folder', id: agreed, ...base }));
    expect(findAnywhere(store, 'docs')).toBe(agreed);
    store.transaction((write) => write.putRemote({ kind: 'folder', id: there, ...base, modifiedBy: null, modifiedAt: 0 }));
    expect(findAnywhere(store, 'docs')).toBe(there);
    store.transaction((write) => write.putLocal({ kind: 'folder', id: here, parentId: ROOT_ID, name: 'Docs', stat }));
    expect(findAnywhere(store, 'docs')).toBe(here);
    expect(findAnywhere(store, 'elsewhere')).toBeUndefined();
  });
});
