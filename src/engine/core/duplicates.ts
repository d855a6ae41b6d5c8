import {
  type CommitEntryInput,
  type CommitResult,
  type ErrorData,
  MAX_COMMIT_ENTRIES,
  type ResultOf,
  TidemarkError,
} from '../../contract/index.ts';
import { DiskFault } from '../environment.ts';
import type { NodeId, RemoteFile } from '../model/index.ts';
import type { TidemarkEngine } from './engine.ts';
import { findAnywhere } from './lookup.ts';

type Answer = ResultOf<'duplicates.delete'>;

interface Chosen {
  readonly file: RemoteFile;
  readonly path: string;
}

/** Files of one content that go, and the one that stays for them. */
interface Equal {
  readonly stays: RemoteFile;
  readonly go: readonly Chosen[];
}

/**
 * Moves files to the trash of the cloud whose content another file has that stays; the others are kept. Every device, this one
 * too, carries it out as any deletion of another one. Throws unknown_item, and then nothing was done.
 */
export async function deleteDuplicates(engine: TidemarkEngine, paths: readonly string[]): Promise<Answer> {
  const chosen = new Map<NodeId, Chosen>();
  for (const path of paths) {
    const id = findAnywhere(engine.store, path);
    const file = id === undefined ? undefined : engine.store.remote.get(id);
    if (file?.kind !== 'file') throw new TidemarkError('unknown_item', { path });
    chosen.set(file.id, { file, path });
  }
  const beside = await filesBeside(engine, chosen);
  const answer: Answer = { deleted: [], kept: [] };
  const equal: Equal[] = [];
  for (const [hash, [first, ...others]] of Map.groupBy(chosen.values(), ({ file }) => file.content.hash)) {
    if (first === undefined) continue;
    const stays = beside.get(hash);
    if (stays !== undefined) {
      equal.push({ stays, go: [first, ...others] });
      continue;
    }
    // The first of those that would go all together stays, and is what the others are equal to: as far as it is what it was.
    answer.kept.push(lastCopy(first));
    if (others.length === 0) continue;
    if (await isAsInCloud(engine, first.file)) equal.push({ stays: first.file, go: others });
    else answer.kept.push(...others.map(lastCopy));
  }
  try {
    for (const batch of batchesOf(equal)) await carryOut(engine, batch, answer);
    return answer;
  } finally {
    if (equal.length > 0) engine.run?.syncNow();
  }
}

const lastCopy = ({ path }: Chosen): Answer['kept'][number] => ({ path, reason: { code: 'last_copy', params: { path } } });

/** For each content a file that has it besides those, on this device too as far as it is there. */
async function filesBeside(engine: TidemarkEngine, chosen: ReadonlyMap<NodeId, Chosen>): Promise<ReadonlyMap<string, RemoteFile>> {
  const { store } = engine;
  const wanted = new Set([...chosen.values()].map(({ file }) => file.content.hash));
  const found = new Map<string, RemoteFile>();
  for (const id of store.remoteIds()) {
    const node = chosen.has(id) ? undefined : store.remote.get(id);
    if (node?.kind !== 'file' || !wanted.has(node.content.hash) || found.has(node.content.hash)) continue;
    if (await isAsInCloud(engine, node)) found.set(node.content.hash, node);
    if (found.size === wanted.size) break;
  }
  return found;
}

/** Not changed or deleted on this device without the cloud knowing. */
async function isAsInCloud({ store, run }: TidemarkEngine, { id, content }: RemoteFile): Promise<boolean> {
  const here = store.local.get(id);
  // Never here, or deleted here.
  if (here === undefined) return store.synced.get(id) === undefined;
  if (here.kind !== 'file') return false;
  if (run === null) return here.content?.hash === content.hash;
  try {
    return (await run.contentNow(here)) === content.hash;
  } catch (error) {
    // What cannot be looked at is not relied on.
    if (error instanceof DiskFault) return false;
    throw error;
  }
}

/** The one that stays goes along with each part, so that the cloud looks at both at once. */
function batchesOf(equal: readonly Equal[]): readonly (readonly Equal[])[] {
  const most = MAX_COMMIT_ENTRIES - 1;
  const parts = equal.flatMap(({ stays, go }) =>
    Array.from({ length: Math.ceil(go.length / most) }, (_, index) => ({ stays, go: go.slice(index * most, (index + 1) * most) })),
  );
  const batches: { entries: number; readonly parts: Equal[] }[] = [];
  for (const part of parts) {
    const size = part.go.length + 1;
    const last = batches.at(-1);
    if (last === undefined || last.entries + size > MAX_COMMIT_ENTRIES) batches.push({ entries: size, parts: [part] });
    else {
      last.parts.push(part);
      last.entries += size;
    }
  }
  return batches.map((batch) => batch.parts);
}

/** What another device did to the one that stays a moment ago keeps the others: it is moved to where it is, which changes nothing. */
async function carryOut(engine: TidemarkEngine, batch: readonly Equal[], answer: Answer): Promise<void> {
  const entries = batch.flatMap(({ stays, go }, group): CommitEntryInput[] => [
    { op: 'move', id: stays.id, base: stays.revision, parentId: stays.parentId, name: stays.name, group },
    ...go.map(({ file }): CommitEntryInput => ({ op: 'delete', id: file.id, base: file.revision, group })),
  ]);
  // Named by a person: a question about many deletions is not about them.
  const named = batch.flatMap(({ go }) => go.map(({ file }) => file.id));
  for (const id of named) engine.run?.chosenToDelete(id);
  const results = await engine
    .requireDrive()
    .commit(entries, engine.environment.random.id())
    .then((all) => all.values())
    .catch((error: unknown) => {
      for (const id of named) engine.run?.notDeleted(id);
      throw error;
    });
  for (const { go } of batch) {
    const stayed = results.next().value?.status === 'ok';
    for (const one of go) {
      const result = results.next().value;
      if (result?.status === 'ok') answer.deleted.push({ path: one.path, sizeBytes: one.file.content.size });
      else {
        engine.run?.notDeleted(one.file.id);
        answer.kept.push(stayed || result?.code !== 'group_failed' ? { path: one.path, reason: reasonOf(result) } : lastCopy(one));
      }
    }
  }
}

const reasonOf = (result: Exclude<CommitResult, { readonly status: 'ok' }> | undefined): ErrorData => ({
  code: result?.code ?? 'cloud_answer_invalid',
  params: {},
});
