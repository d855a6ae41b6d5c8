import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameKey } from '../../base/index.ts';
import { EMPTY_CONTENT_HASH } from '../../contract/index.ts';
import { type RemoteFolder, ROOT_ID, type SyncedFolder } from '../model/index.ts';
import type { Store, StoreWrites } from './api.ts';
import {
  contentOf,
  freshStore,
  hashOf,
  idOf,
  localFile,
  localFolder,
  openedStore,
  remoteFile,
  statOf,
  syncedFile,
  tempFolder,
} from './testing/store.ts';

const remoteFolder: RemoteFolder = {
  kind: 'folder',
  id: idOf('docs'),
  parentId: ROOT_ID,
  name: 'docs',
  revision: idOf('r'),
  modifiedBy: idOf('device'),
  modifiedAt: -1,
};
const syncedFolder: SyncedFolder = { kind: 'folder', id: idOf('docs'), parentId: ROOT_ID, name: 'docs', revision: idOf('r') };

it('what stepped aside for an item is found before and after it is in the cloud', () => {
  const store = freshStore();
  const winner = idOf('plan.docx');
  store.transaction((write) => {
    write.putLocal(localFile('plan (conflict).docx', { conflictOf: winner }));
    write.putLocal(localFile('older (conflict).docx'));
    write.putRemote(remoteFile('older (conflict).docx', { conflictOf: winner }));
    write.putRemote(remoteFile('elsewhere (conflict).docx', { conflictOf: winner }));
    write.putLocal(localFile('other.docx', { conflictOf: idOf('another') }));
  });
  expect(store.localAside(winner).map(({ name }) => name)).toEqual(['plan (conflict).docx', 'older (conflict).docx']);
  expect(store.localAside(idOf('nobody'))).toEqual([]);
});

describe('nodes', () => {
  it('come back as they were put, also after a restart', () => {
    const path = join(tempFolder(), 'state.db');
    const store = openedStore(path);
    const blocks = ['a', 'b', 'a'].map((text, index) => ({ hash: hashOf(text), size: 4_194_304 - index }));
    const files = [
      remoteFile('plan.docx'),
      remoteFile('large.bin', { content: { size: 12_582_909, hash: hashOf('several'), blocks } }),
      remoteFile('empty.txt', { content: { size: 0, hash: EMPTY_CONTENT_HASH, blocks: [] } }),
      remoteFile('计划 (conflict).docx', {
        conflictOf: idOf('plan.docx'),
        conflictDevice: 'Büro',
        executable: true,
        modifiedBy: idOf('d'),
        mtimeMs: -5,
      }),
    ];
    const locals = [
      localFile('plan.docx'),
      localFile('unread.txt', { content: null }),
      localFile('unread.txt', {
        id: idOf('zero'),
        content: { size: 0, hash: EMPTY_CONTENT_HASH, blocks: [] },
        stat: statOf('file', { size: 0, birthtimeNs: '0' }),
      }),
      localFile('kept.txt', { conflictOf: idOf('plan.docx') }),
      localFolder('docs'),
    ];
    store.transaction((write) => {
      for (const file of files) write.putRemote(file);
      write.putRemote(remoteFolder);
      for (const node of locals) write.putLocal(node);
      write.putSynced(syncedFile('plan.docx'));
      write.putSynced(syncedFolder);
    });
    store.close();

    const again = openedStore(path);
    for (const file of [...files, remoteFolder]) expect(again.remote.get(file.id)).toStrictEqual(file);
    for (const node of locals) expect(again.local.get(node.id)).toStrictEqual(node);
    expect(again.synced.get(idOf('plan.docx'))).toStrictEqual(syncedFile('plan.docx'));
    expect(again.synced.get(idOf('docs'))).toStrictEqual(syncedFolder);
    expect([again.remote.size, again.local.size, again.synced.size]).toEqual([5, 5, 2]);
  });

  it('are replaced as a whole', () => {
    const store = freshStore();
    store.transaction((write) => write.putRemote(remoteFile('x', { conflictOf: idOf('y'), conflictDevice: 'pc' })));
    store.transaction((write) => write.putRemote({ ...remoteFolder, id: idOf('x') }));
    expect(store.remote.get(idOf('x'))).toStrictEqual({ ...remoteFolder, id: idOf('x') });
    expect(store.remote.size).toBe(1);
  });

  it('are found by the key of their name, in any case and composition', () => {
    const store = freshStore();
    const two = [localFile('Résumé.doc'.normalize('NFC')), localFile('résumé.DOC'.normalize('NFD'))];
    store.transaction((write) => two.forEach((node) => write.putLocal(node)));
    expect([...store.local.named(ROOT_ID, nameKey('RÉSUMÉ.doc'))].map((node) => node.name).sort()).toEqual(
      two.map((node) => node.name).sort(),
    );
    expect([...store.local.named(idOf('elsewhere'), nameKey('résumé.doc'))]).toEqual([]);
  });

  it('may be written while their siblings are walked', () => {
    const store = freshStore();
    const names = Array.from({ length: 50 }, (_, index) => `file ${String(index)}`);
    store.transaction((write) => names.forEach((name) => write.putLocal(localFile(name))));
    const seen: string[] = [];
    store.transaction((write) => {
      for (const node of store.local.children(ROOT_ID)) {
        seen.push(node.name);
        write.deleteLocal(node.id);
        write.putLocal(localFile(`${node.name} again`));
      }
    });
    expect(seen.sort()).toEqual(names.sort());
    expect(store.local.size).toBe(50);
  });

  it('refuse ids and hashes that are none, instead of keeping a part of them', () => {
    const store = freshStore();
    const attempts: ((write: StoreWrites) => void)[] = [
      (write) => write.putRemote(remoteFile('x', { id: 'not an id' })),
      (write) => write.putRemote(remoteFile('x', { id: `${idOf('x')}00` })),
      (write) => write.putRemote(remoteFile('x', { parentId: '' })),
      (write) => write.putRemote(remoteFile('x', { revision: 'r1' })),
      (write) => write.putRemote(remoteFile('x', { content: { ...contentOf('x'), hash: 'h1' } })),
      (write) => write.putRemote(remoteFile('x', { content: { ...contentOf('x'), blocks: [{ hash: 'zz', size: 1 }] } })),
      (write) => write.putLocal(localFile('x', { content: { size: 1, hash: 'h1', blocks: [] } })),
      (write) => write.putLocal(localFile('x', { stat: statOf('folder') })),
      (write) => write.putSynced(syncedFile('x', { hash: 'h1' })),
      (write) => write.putSynced(syncedFile('x', { id: ROOT_ID })),
    ];
    for (const attempt of attempts) expect(() => store.transaction(attempt)).toThrow();
    expect([store.remote.size, store.local.size, store.synced.size]).toEqual([0, 0, 0]);
  });

  it('that do not exist are undefined, whatever is asked for', () => {
    const store = freshStore();
    for (const id of [ROOT_ID, '', 'path:a', idOf('x')]) {
      expect(store.remote.get(id)).toBeUndefined();
      expect([...store.local.children(id)]).toEqual([]);
    }
  });
});

describe('paths', () => {
  it('follow the parents of their own tree', () => {
    const store = freshStore();
    store.transaction((write) => {
      write.putLocal(localFolder('a'));
      write.putLocal(localFolder('b', { parentId: idOf('a') }));
      write.putLocal(localFile('c', { parentId: idOf('b') }));
      write.putRemote(remoteFile('c'));
      write.putSynced(syncedFile('c', { parentId: idOf('nowhere') }));
    });
    expect(store.localPath(idOf('c'))).toBe('a/b/c');
    expect(store.remotePath(idOf('c'))).toBe('c');
    expect(store.syncedPath(idOf('c'))).toBeUndefined();
    expect(store.localPath(ROOT_ID)).toBe('');
    expect(store.localPath(idOf('unknown'))).toBeUndefined();
  });

  it('end, also in a circle that a change feed shows half-way', () => {
    const store = freshStore();
    store.transaction((write) => {
      write.putRemote({ ...remoteFolder, id: idOf('a'), parentId: idOf('b') });
      write.putRemote({ ...remoteFolder, id: idOf('b'), parentId: idOf('a') });
    });
    expect(store.remotePath(idOf('a'))).toBeUndefined();
  });
});

describe('rebindLocal', () => {
  const prepared = (): Store => {
    const store = freshStore();
    store.transaction((write) => {
      write.putLocal(localFolder('folder'));
      write.putLocal(localFile('inside', { parentId: idOf('folder') }));
      write.putLocal(localFile('beside'));
    });
    return store;
  };

  it('gives an item another id and takes its children along', () => {
    const store = prepared();
    store.transaction((write) => write.rebindLocal(idOf('folder'), idOf('cloud')));
    expect(store.local.get(idOf('folder'))).toBeUndefined();
    expect(store.local.get(idOf('cloud'))).toStrictEqual(localFolder('folder', { id: idOf('cloud') }));
    expect(store.localPath(idOf('inside'))).toBe('folder/inside');
    expect([...store.local.children(idOf('folder'))]).toEqual([]);
    expect(store.local.size).toBe(3);
  });

  it('throws when the id is taken or nothing has the old one, and changes nothing', () => {
    const store = prepared();
    expect(() => store.transaction((write) => write.rebindLocal(idOf('folder'), idOf('beside')))).toThrow('exists already');
    expect(() => store.transaction((write) => write.rebindLocal(idOf('nothing'), idOf('cloud')))).toThrow('no local item');
    expect(store.localPath(idOf('inside'))).toBe('folder/inside');
  });

  it('to itself is nothing', () => {
    const store = prepared();
    store.transaction((write) => write.rebindLocal(idOf('folder'), idOf('folder')));
    expect(store.localPath(idOf('inside'))).toBe('folder/inside');
  });
});

describe('divergentIds', () => {
  const settled = (write: StoreWrites, name: string): void => {
    write.putRemote(remoteFile(name));
    write.putLocal(localFile(name));
    write.putSynced(syncedFile(name));
  };
  const changes: Record<string, (write: StoreWrites) => void> = {
    'gone in the cloud': (write) => write.deleteRemote(idOf('x')),
    'gone here': (write) => write.deleteLocal(idOf('x')),
    'never agreed on': (write) => write.deleteSynced(idOf('x')),
    'another revision': (write) => write.putRemote(remoteFile('x', { revision: idOf('other') })),
    'another content in the cloud': (write) => write.putRemote(remoteFile('x', { content: contentOf('other') })),
    'moved in the cloud': (write) => write.putRemote(remoteFile('x', { parentId: idOf('docs') })),
    'renamed in the cloud': (write) => write.putRemote(remoteFile('x', { name: 'X' })),
    'a folder in the cloud': (write) => write.putRemote({ ...remoteFolder, id: idOf('x'), name: 'x', revision: idOf('revision of x') }),
    'moved here': (write) => write.putLocal(localFile('x', { parentId: idOf('docs') })),
    'renamed here, only in case': (write) => write.putLocal(localFile('x', { name: 'X' })),
    'a folder here': (write) => write.putLocal(localFolder('x')),
    'not read since it changed': (write) => write.putLocal(localFile('x', { content: null })),
    'another content here': (write) => write.putLocal(localFile('x', { content: contentOf('other') })),
    'only in the cloud': (write) => {
      write.deleteLocal(idOf('x'));
      write.deleteSynced(idOf('x'));
    },
    'only here': (write) => {
      write.deleteRemote(idOf('x'));
      write.deleteSynced(idOf('x'));
    },
    'only remembered': (write) => {
      write.deleteRemote(idOf('x'));
      write.deleteLocal(idOf('x'));
    },
  };

  it.each(Object.entries(changes))('names an item that is %s, and only that', (_, change) => {
    const store = freshStore();
    store.transaction((write) => {
      for (const name of ['a', 'x', 'b']) settled(write, name);
      write.putRemote(remoteFolder);
      write.putLocal(localFolder('docs'));
      write.putSynced(syncedFolder);
    });
    expect(store.divergentIds()).toEqual([]);
    store.transaction(change);
    expect(store.divergentIds()).toEqual([idOf('x')]);
  });

  it('finds one that is gone here and another that is new here, though the numbers agree', () => {
    const store = freshStore();
    store.transaction((write) => {
      for (const name of ['a', 'b']) settled(write, name);
      write.deleteLocal(idOf('a'));
      write.deleteRemote(idOf('a'));
      write.putLocal(localFile('new'));
      write.putRemote(remoteFile('newer'));
    });
    expect([...store.divergentIds()].sort()).toEqual([idOf('a'), idOf('new'), idOf('newer')].sort());
  });

  it('does not mind a stat that changed without the content', () => {
    const store = freshStore();
    store.transaction((write) => {
      settled(write, 'x');
      write.putLocal(localFile('x', { stat: statOf('file', { mtimeNs: '1', mode: 0o777 }) }));
    });
    expect(store.divergentIds()).toEqual([]);
  });
});
