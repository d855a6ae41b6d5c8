import { assertNever } from '../../base/index.ts';
import { type ErrorData, TidemarkError } from '../../contract/index.ts';
import { type NodeId, PARKED_ID } from '../model/index.ts';
import type { Operation } from '../plan/index.ts';
import { isDatabaseFault } from '../store/index.ts';
import { adopt, forget, reviveLocal, setAside, settle } from './bookkeeping.ts';
import { deleteRemote, makeRemoteFolder, moveRemote, rearrangeRemote, upload } from './cloud-changes.ts';
import { bringToSight, hidingFolder } from './bring-to-sight.ts';
import { changeTree } from './change-tree.ts';
import { deleteLocal, dropCopy } from './delete-local.ts';
import { download } from './download.ts';
import { HashBatcher } from './hash-batcher.ts';
import { hashFile } from './hash-file.ts';
import { inTheWay } from './in-the-way.ts';
import { makeLocalFolder, moveLocal, parkLocal, renameAside } from './local-changes.ts';
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

  /** The folder out of sight that keeps the operation from getting on is brought to sight; undefined when there is none. */
  async uncover(operation: Operation): Promise<Outcome | undefined> {
    const parts = this.#parts;
    return changeTree(parts, async () => {
      const folder = await hidingFolder(parts, operation);
      return folder === undefined ? undefined : bringToSight(parts, folder);
    }).catch(notNow);
  }

  /** What is parked comes back to sight; undefined when it is not, or when the disk does not let it. */
  async show(id: NodeId): Promise<Outcome | undefined> {
    const parts = this.#parts;
    return changeTree(parts, async () => {
      const local = parts.store.local.get(id);
      return local?.parentId === PARKED_ID ? bringToSight(parts, local) : undefined;
    }).catch(notNow);
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
        return changeTree(parts, () => makeLocalFolder(parts, operation.id));
      case 'move_local':
        return changeTree(parts, () => moveLocal(parts, operation.id, operation.to));
      case 'park_local':
        return changeTree(parts, () => parkLocal(parts, operation.id));
      case 'delete_local':
        return changeTree(parts, () => deleteLocal(parts, operation.id));
      case 'take_up':
        return changeTree(parts, () => takeUp(parts, operation.id));
      case 'drop_copy':
        return changeTree(parts, () => dropCopy(parts, operation.id));
      case 'rename_aside':
        return changeTree(parts, () => renameAside(parts, operation));
      case 'settle':
      case 'forget':
      case 'set_aside':
      case 'revive_remote':
        return Promise.resolve(this.book([operation])[0] ?? replan([operation.id]));
      case 'revive_local':
      case 'adopt':
        return changeTree(parts, () => rebindParked(parts, operation));
      default:
        return assertNever(operation, 'operation');
    }
  }

  #pathOf({ id }: Operation): string {
    const { store } = this.#parts;
    return store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id) ?? '';
  }
}

/** The disk does not let it, or not let come to its end what has to before. */
function notNow(error: unknown): undefined {
  if (!(error instanceof TidemarkError)) ignoreFault(error);
  return undefined;
}

const BOOKKEEPING: ReadonlySet<Operation['op']> = new Set(['settle', 'forget', 'set_aside', 'revive_remote', 'revive_local', 'adopt']);
