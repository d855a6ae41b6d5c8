import { assertNever } from '../../base/index.ts';
import type { ErrorData } from '../../contract/index.ts';
import type { Operation } from '../plan/index.ts';
import { isDatabaseFault } from '../store/index.ts';
import { adopt, forget, reviveLocal, setAside, settle } from './bookkeeping.ts';
import { deleteRemote, makeRemoteFolder, moveRemote, rearrangeRemote, upload } from './cloud-changes.ts';
import { bringToSight, hidingFolder } from './bring-to-sight.ts';
import { deleteLocal, dropCopy } from './delete-local.ts';
import { download } from './download.ts';
import { HashBatcher } from './hash-batcher.ts';
import { hashFile } from './hash-file.ts';
import { inTheWay } from './in-the-way.ts';
import { forgetHere, isGoneOutOfSight, makeLocalFolder, moveLocal, parkLocal, renameAside } from './local-changes.ts';
import { ignoreFault } from './move-journal.ts';
import { errorDataFor, isAborted, isStale, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { folderOf } from './paths.ts';
import { Placer } from './placer.ts';
import { isParked, isRebinding, rebindParked } from './rebind.ts';
import { takeUp } from './take-up.ts';

/** Runs operations. Each is idempotent, checks the world before it changes it, and commits its result in one transaction. */
export class Executor {
  readonly #parts: ApplyParts;
  readonly #placer: Placer;
  readonly #hashes: HashBatcher;

  constructor(parts: ApplyParts) {
    this.#parts = parts;
    this.#placer = new Placer(parts);
    this.#hashes = new HashBatcher(parts.environment.disk);
  }

  /** It touches neither disk nor cloud. */
  isBookkeeping(operation: Operation): boolean {
    return BOOKKEEPING.has(operation.op) && !(isRebinding(operation) && isParked(this.#parts, operation.id));
  }

  /** Operations on the store alone, all in one transaction. */
  book(operations: readonly Operation[]): Outcome[] {
    const { store, environment } = this.#parts;
    return store.transaction((write) =>
      operations.map((operation): Outcome => {
        switch (operation.op) {
          case 'settle':
            return settle(store, write, operation.id);
          case 'forget':
          case 'revive_remote':
            return forget(write, operation.id);
          case 'set_aside':
            return setAside(store, write, operation.id);
          case 'revive_local':
            return reviveLocal(store, write, operation.id, environment.random.id(), operation.whole);
          case 'adopt':
            return adopt(store, write, operation.id, operation.remoteId);
          default:
            throw new TypeError(`not a bookkeeping operation: ${operation.op}`);
        }
      }),
    );
  }

  /** Never throws for what disk or cloud did; `aborted` passes through. */
  async run(operation: Operation): Promise<Outcome> {
    const path = this.#pathOf(operation);
    try {
      return await this.#dispatch(operation);
    } catch (error) {
      if (isAborted(error)) throw error;
      if (isDatabaseFault(error)) this.#parts.onDatabaseFault(error);
      if (isStale(error)) return replan([operation.id], { rescan: folderOf(path) });
      return { kind: 'failed', error: errorDataFor(error, path) };
    }
  }

  /** See `inTheWay`. */
  inTheWay(operation: Operation): Promise<ErrorData | undefined> {
    return inTheWay(this.#parts, operation);
  }

  /**
   * The folder out of sight that keeps the operation from getting on is brought to sight; what is gone from there is
   * forgotten, since looks since the operation was first tried have not found it. Undefined when there is neither.
   */
  async uncover(operation: Operation): Promise<Outcome | undefined> {
    const parts = this.#parts;
    return parts.treeLock
      .run(async () => {
        if (await isGoneOutOfSight(parts, operation.id)) return forgetHere(parts, operation.id);
        const folder = await hidingFolder(parts, operation);
        return folder === undefined ? undefined : bringToSight(parts, folder);
      })
      .catch(ignoreFault);
  }

  #dispatch(operation: Operation): Promise<Outcome> {
    const parts = this.#parts;
    switch (operation.op) {
      case 'hash':
        return hashFile(parts, this.#hashes, operation.id);
      case 'upload':
        return upload(parts, operation.id);
      case 'mkdir_remote':
        return makeRemoteFolder(parts, operation.id);
      case 'move_remote':
        return moveRemote(parts, operation.id, operation.to);
      case 'rearrange_remote':
        return rearrangeRemote(parts, operation);
      case 'delete_remote':
        return deleteRemote(parts, operation.id);
      case 'download':
        return download(parts, this.#placer, operation.id);
      case 'mkdir_local':
        return parts.treeLock.run(() => makeLocalFolder(parts, operation.id));
      case 'move_local':
        return parts.treeLock.run(() => moveLocal(parts, operation.id, operation.to));
      case 'park_local':
        return parts.treeLock.run(() => parkLocal(parts, operation.id));
      case 'delete_local':
        return parts.treeLock.run(() => deleteLocal(parts, operation.id));
      case 'take_up':
        return parts.treeLock.run(() => takeUp(parts, operation.id));
      case 'drop_copy':
        return parts.treeLock.run(() => dropCopy(parts, operation.id));
      case 'rename_aside':
        return parts.treeLock.run(() => renameAside(parts, operation));
      case 'settle':
      case 'forget':
      case 'set_aside':
      case 'revive_remote':
        return Promise.resolve(this.book([operation])[0] ?? replan([operation.id]));
      case 'revive_local':
      case 'adopt':
        return parts.treeLock.run(() => rebindParked(parts, operation));
      default:
        return assertNever(operation, 'operation');
    }
  }

  #pathOf({ id }: Operation): string {
    const { store } = this.#parts;
    return store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id) ?? '';
  }
}

const BOOKKEEPING: ReadonlySet<Operation['op']> = new Set(['settle', 'forget', 'set_aside', 'revive_remote', 'revive_local', 'adopt']);
