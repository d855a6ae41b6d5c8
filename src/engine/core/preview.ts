import type { Foresight as ShownForesight } from '../../contract/index.ts';
import type { ForeseenStep } from '../plan/index.ts';
import type { TidemarkEngine } from './engine.ts';
import type { Foreseen } from './foreseeing.ts';
import { isNodeKey, MAX_ISSUES } from './issue-keys.ts';
import { openQuestions } from './open-questions.ts';
import { questionOf } from './questions.ts';

const MAX_BLOCKED = 1000;

/** What is foreseen, as it is shown: counts, the first lines of the list, and what would be asked. */
export function previewOf({ store, environment }: TidemarkEngine, foreseen: Foreseen, limit: number): ShownForesight {
  const { steps, last, rounds, matched, unread, unreadable } = foreseen;
  const of = (kind: ForeseenStep['kind']): readonly ForeseenStep[] => steps.filter((step) => step.kind === kind);
  const files = (kind: ForeseenStep['kind']) => ({
    files: of(kind).length,
    bytes: of(kind).reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
  });
  const items = (kind: ForeseenStep['kind']): number => of(kind).reduce((sum, step) => sum + step.items, 0);
  const questions = [
    ...openQuestions(store, environment.clock).filter(({ kind }) => kind === 'first_merge'),
    ...last.massDeletions.map((deletion) => questionOf(store, environment.clock, deletion)),
  ];
  // What the look at the folder could not make an item of: names, links, what cannot be read.
  const unseen = store.issues({ limit: MAX_ISSUES }).filter(({ key }) => !isNodeKey(key));
  const planned = last.blocked.slice(0, MAX_BLOCKED).map(({ id, reason }) => {
    const path = store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id) ?? '';
    return { path, reason: { code: reason.code, params: { path, ...reason.params } } };
  });
  const blocked = [...planned, ...unreadable, ...unseen.map(({ path, reason }) => ({ path, reason }))].slice(0, MAX_BLOCKED);
  return {
    counts: {
      upload: files('upload'),
      download: files('download'),
      foldersHere: of('mkdir_local').length,
      foldersCloud: of('mkdir_remote').length,
      movedHere: of('move_local').length,
      movedCloud: of('move_remote').length,
      deletedHere: items('delete_local'),
      leavingHere: items('drop_copy'),
      deletedCloud: items('delete_remote'),
      conflicts: of('rename_aside').length,
      matched,
      unread,
      questions: questions.length,
      blocked: last.blocked.length + unreadable.length + unseen.length,
    },
    operations: steps.slice(0, limit),
    more: Math.max(0, steps.length - limit),
    rounds,
    questions,
    blocked,
  };
}
