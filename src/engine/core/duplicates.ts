import { type CommitEntryInput, type ErrorData, type ResultOf, TidemarkError } from '../../contract/index.ts';
import type { NodeId, RemoteFile } from '../model/index.ts';
import type { Store } from '../store/index.ts';
import type { TidemarkEngine } from './engine.ts';
import { findAnywhere } from './lookup.ts';

type Answer = ResultOf<'duplicates.delete'>;

/**
 * Moves files to the trash of the cloud whose content another file has that stays; the others are kept. Every device, this one
 * too, carries it out as any deletion of another one. Throws unknown_item, and then nothing was done.
 */
export async function deleteDuplicates(engine: TidemarkEngine, paths: readonly string[]): Promise<Answer> {
  const chosen = new Map<NodeId, { readonly file: RemoteFile; readonly path: string }>();
  for (const path of paths) {
    const id = findAnywhere(engine.store, path);
    const file = id === undefined ? undefined : engine.store.remote.get(id);
    if (file?.kind !== 'file') throw new TidemarkError('unknown_item', { path });
    chosen.set(file.id, { file, path });
  }
  const kept: Answer['kept'] = [];
  const spared = contentsBeside(engine.store, chosen);
  for (const { file, path } of [...chosen.values()]) {
    if (spared.has(file.content.hash)) continue;
    // The first of those that would go all together stays, and is what the others are equal to.
    spared.add(file.content.hash);
    chosen.delete(file.id);
    kept.push({ path, reason: { code: 'last_copy', params: { path } } });
  }
  if (chosen.size === 0) return { deleted: [], kept };
  return carryOut(engine, [...chosen.values()], kept);
}

/** The contents that files have besides those. */
function contentsBeside(store: Store, chosen: ReadonlyMap<NodeId, { readonly file: RemoteFile }>): Set<string> {
  const wanted = new Set([...chosen.values()].map(({ file }) => file.content.hash));
  const found = new Set<string>();
  for (const id of store.remoteIds()) {
    const node = chosen.has(id) ? undefined : store.remote.get(id);
    if (node?.kind === 'file' && wanted.has(node.content.hash)) found.add(node.content.hash);
    if (found.size === wanted.size) break;
  }
  return found;
}

async function carryOut(
  engine: TidemarkEngine,
  chosen: readonly { readonly file: RemoteFile; readonly path: string }[],
  kept: Answer['kept'],
): Promise<Answer> {
  const entries = chosen.map(({ file }): CommitEntryInput => ({ op: 'delete', id: file.id, base: file.revision }));
  // Named by a person: a question about many deletions is not about them.
  for (const { file } of chosen) engine.run?.chosenToDelete(file.id);
  try {
    const results = await engine.requireDrive().commit(entries, engine.environment.random.id());
    const deleted: Answer['deleted'] = [];
    for (const [index, { file, path }] of chosen.entries()) {
      const result = results[index];
      if (result?.status === 'ok') deleted.push({ path, sizeBytes: file.content.size });
      else kept.push({ path, reason: reasonOf(result?.code) });
    }
    return { deleted, kept };
  } finally {
    engine.run?.syncNow();
  }
}

const reasonOf = (code: ErrorData['code'] | undefined): ErrorData => ({ code: code ?? 'cloud_answer_invalid', params: {} });
