import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import type { StoreWrites } from './api.ts';
import { freshStore, idOf, localFile } from './testing/store.ts';

describe('transaction', () => {
  it('answers what its work answers, and its reads see its writes', () => {
    const store = freshStore();
    const seen = store.transaction((write) => {
      write.putLocal(localFile('x'));
      return [store.local.size, store.local.get(idOf('x'))?.name, store.localPath(idOf('x'))];
    });
    expect(seen).toEqual([1, 'x', 'x']);
  });

  it('keeps nothing when the work throws, and tells the thrown value as it is', () => {
    const store = freshStore();
    const thrown = new TidemarkError('aborted');
    const before = store.local.size;
    const work = (): void =>
      store.transaction((write) => {
        write.putLocal(localFile('x'));
        write.setCursor({ cursor: 'c', epoch: 'e' });
        write.addJournal('upload', {});
        expect(store.local.size).toBe(before + 1);
        throw thrown;
      });
    expect(work).toThrow(thrown);
    expect(store.local.size).toBe(before);
    expect(store.local.get(idOf('x'))).toBeUndefined();
    expect(store.cursor()).toBeNull();
    expect(store.journal()).toEqual([]);
    store.transaction((write) => write.putLocal(localFile('y')));
    expect(store.local.size).toBe(1);
  });

  it('an inner one joins the outer one', () => {
    const store = freshStore();
    const work = (): void =>
      store.transaction((write) => {
        write.putLocal(localFile('outer'));
        store.transaction((inner) => inner.putLocal(localFile('inner')));
        throw new Error('late');
      });
    expect(work).toThrow('late');
    expect(store.local.size).toBe(0);
    store.transaction(() => store.transaction((inner) => inner.putLocal(localFile('inner'))));
    expect(store.local.size).toBe(1);
  });

  it('rolls back as a whole when an inner one threw, even if that was swallowed', () => {
    const store = freshStore();
    const work = (): void =>
      store.transaction((write) => {
        write.putLocal(localFile('outer'));
        try {
          store.transaction((inner) => {
            inner.putLocal(localFile('half'));
            throw new Error('inner');
          });
        } catch {
          // As a careless caller would.
        }
      });
    expect(work).toThrow('inner');
    expect(store.local.size).toBe(0);
  });

  it('refuses work that waits, and writes after its end', () => {
    const store = freshStore();
    const late: StoreWrites[] = [];
    expect(() => store.transaction(async (write) => Promise.resolve(write.putLocal(localFile('x'))))).toThrow('synchronous');
    store.transaction((write) => void late.push(write));
    expect(() => late[0]?.putLocal(localFile('y'))).toThrow('outside its transaction');
    expect(store.local.size).toBe(0);
  });

  it('stands by itself: sync inside one is refused', () => {
    const store = freshStore();
    expect(() => store.transaction(() => store.sync())).toThrow('inside a transaction');
    store.transaction((write) => write.putLocal(localFile('x')));
    store.sync();
    store.sync();
    expect(store.local.size).toBe(1);
  });
});
