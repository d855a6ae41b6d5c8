import { isInside } from '../../../base/index.ts';
import type { WatchFolder, WatchListener } from '../../environment.ts';
import type { FakeDisk } from './fake-disk.ts';

interface Watch {
  readonly root: string;
  readonly listener: WatchListener;
}

export interface FakeWatch {
  readonly watch: WatchFolder;
  /** Hints come late: after this resolves. Default: in a microtask. */
  delay: () => Promise<void>;
  /** While true, no hint arrives (they are lost, not kept). */
  silent: boolean;
  /** Hints begin to be lost, or (by default) were. */
  overflow(over?: boolean): void;
  fail(cause?: unknown): void;
  /** Watches that were not closed. */
  readonly open: number;
}

/** Hints from a FakeDisk: the folder of every change below a watched root, except inside `.tidemark`. */
export function fakeWatch(disk: FakeDisk): FakeWatch {
  const watches = new Set<Watch>();
  const all = (tell: (listener: WatchListener) => void): void => [...watches].forEach((watch) => tell(watch.listener));
  const fake: FakeWatch = {
    delay: () => Promise.resolve(),
    silent: false,
    watch: async (root, listener) => {
      const watch = { root, listener };
      watches.add(watch);
      return {
        close: async () => {
          watches.delete(watch);
        },
      };
    },
    overflow: (over = true) => all((listener) => listener.overflow(over)),
    fail: (cause = new Error('watching failed')) => {
      all((listener) => listener.failed(cause));
      watches.clear();
    },
    get open() {
      return watches.size;
    },
  };
  const tell = async (watch: Watch, folder: string): Promise<void> => {
    await fake.delay();
    if (watches.has(watch)) watch.listener.dirty(folder);
  };
  disk.volume.onChange = (folder) => {
    if (fake.silent) return;
    for (const watch of watches) {
      if (folder !== watch.root && !folder.startsWith(`${watch.root}/`)) continue;
      const relative = folder === watch.root ? '' : folder.slice(watch.root.length + 1);
      if (!isInside(relative, '.tidemark')) void tell(watch, relative);
    }
  };
  return fake;
}
