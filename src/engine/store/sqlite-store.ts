import { activityRows } from './activity-rows.ts';
import type { Store, StoreWrites } from './api.ts';
import { issueRows } from './issue-rows.ts';
import { journalRows } from './journal-rows.ts';
import { profileRows } from './profile-rows.ts';
import { questionRows } from './question-rows.ts';
import { scopeRows } from './scope-rows.ts';
import { unheardRows } from './unheard-rows.ts';
import type { Sql } from './sql.ts';
import { Trees } from './trees.ts';

/** The parts of a store over one open, migrated database. */
export function makeStore(sql: Sql): Store {
  const trees = new Trees(sql);
  const profile = profileRows(sql);
  const activity = activityRows(sql);
  const issues = issueRows(sql);
  const questions = questionRows(sql);
  const journal = journalRows(sql);
  const scope = scopeRows(sql);
  const unheard = unheardRows(sql);

  const write: StoreWrites = {
    ...profile.writes,
    ...activity.writes,
    ...issues.writes,
    ...questions.writes,
    ...journal.writes,
    ...scope.writes,
    ...unheard.writes,
    putRemote: (node) => trees.remote.put(node),
    deleteRemote: (id) => trees.remote.delete(id),
    clearRemote: () => trees.remote.clear(),
    putLocal: (node) => trees.local.put(node),
    deleteLocal: (id) => trees.local.delete(id),
    rebindLocal(from, to) {
      trees.rebindLocal(from, to);
      scope.rebind(from, to);
    },
    putSynced: (node) => trees.synced.put(node),
    deleteSynced: (id) => trees.synced.delete(id),
    clearTrees() {
      trees.clear();
      profile.writes.setCursor(null);
      unheard.writes.clearUnheard();
      profile.writes.setRecentDeletions([]);
      journal.clearJournal();
      issues.clear();
      questions.clear();
      activity.forgetReversals();
      scope.clear();
    },
  };

  sql.transaction(() => activity.prune());

  return {
    ...profile.reads,
    ...activity.reads,
    ...issues.reads,
    ...questions.reads,
    ...journal.reads,
    ...scope.reads,
    ...unheard.reads,
    remote: trees.remote,
    remoteIds: () => trees.remote.ids(),
    local: trees.local,
    synced: trees.synced,
    divergentIds: () => trees.divergentIds(),
    localWithInode: (dev, ino) => trees.localWithInode(dev, ino),
    conflictCopies: () => trees.conflictCopies().filter((node) => node.kind === 'file'),
    localAside: (winner) => trees.localAside(winner),
    rulesFiles: () => trees.rulesFiles(),
    asideCount: () => trees.asideCount(),
    localPath: (id) => trees.local.path(id),
    remotePath: (id) => trees.remote.path(id),
    syncedPath: (id) => trees.synced.path(id),
    transaction: (work) => sql.transaction(() => work(write)),
    sync: () => sql.sync(),
    close: () => sql.close(),
  };
}
