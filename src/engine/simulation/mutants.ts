import type { SceneName } from './scenes/index.ts';

export interface Edit {
  /** In src/engine. */
  readonly file: string;
  /** Is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A mistake that somebody could make in the engine; histories have to show it. */
export interface Mutant extends Edit {
  readonly name: string;
  /** What makes up for the mistake is gone too: the promise rests on both, and either may go unnoticed. */
  readonly also?: readonly Edit[];
  /** What a person would suffer. */
  readonly why: string;
  /** Where it is most likely to show: histories with many of these come first. */
  readonly scene?: SceneName;
  /** Only histories show it in which names are written down late. */
  readonly late?: true;
}

/** Those first that hurt people most, spread over all parts. Those that `killers.json` does not name were shown by no history yet. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'young-names-are-not-made-durable',
    file: 'core/young-names.ts',
    find: 'Number(stat.ctimeNs) / 1e6 < oldBeforeMs',
    replace: 'oldBeforeMs > 0',
    why: 'what somebody saved just before a power cut is deleted in the cloud that had just got it',
    late: true,
  },
  {
    name: 'missing-root-is-empty',
    file: 'core/scan-loop.ts',
    find: "if (state !== 'ready') return state;",
    replace: '',
    why: 'a volume that goes away during a look is taken for a folder that was emptied',
    scene: 'unmounting',
  },
  {
    name: 'unreadable-folder-is-empty',
    file: 'local/scan/gather.ts',
    find: "this.looks.set(path, GONE.has(error.code) ? { state: 'gone' } : { state: 'unreadable', fault: error.code, told });",
    replace:
      "this.looks.set(path, { state: 'listed', entries: [], lookedAt: this.#place.clock.now(), changedMs: 0, self: undefined, rules: AS_KNOWN, leftOut: this.#leftOutIn(path), localOnly: new Set() });",
    why: 'what cannot be listed is deleted on every device',
  },
  {
    name: 'moved-during-look-is-deleted',
    file: 'local/scan/reconcile.ts',
    find: 'const doubt = keeper.hasDoubt(node.id, look.lookedAt, timeless) || changedDuring(look, listing.startedAt) || isBeingSaved(node, look);',
    replace: 'const doubt = isBeingSaved(node, look);',
    why: 'what moves in the middle of a look is deleted elsewhere and begins anew',
    scene: 'movingAway',
  },
  {
    name: 'edit-in-place-unseen',
    file: 'local/scan/reconcile.ts',
    find: 'const content = sameFingerprint(node.stat, stat) && !item.replaced ? node.content : null;',
    replace: 'const content = node.content;',
    why: 'an edit is never sent',
  },
  {
    name: 'disk-fault-after-move-forgets-it',
    file: 'apply/local-changes.ts',
    find: "log.warn('the disk failed after a move', { code: error.code });",
    replace: 'throw error;',
    why: 'an item that moved is looked for at its old place, and gone',
    scene: 'halfMoved',
  },
  {
    name: 'edit-loses-to-delete-here',
    file: 'plan/fates.ts',
    find: "if (!(synced.kind === 'file' && local.content.hash === synced.hash)) return 'revive';",
    replace: '',
    why: 'an edit of a file that was deleted elsewhere is thrown away',
  },
  {
    name: 'edit-loses-to-delete-there',
    file: 'plan/fates.ts',
    find: "if (remote.kind === 'file' && !(synced.kind === 'file' && remote.content.hash === synced.hash)) return 'revive';",
    replace: '',
    why: 'a deletion here takes the newer version of another device along',
  },
  {
    name: 'mass-deletion-unasked',
    file: 'plan/mass-deletion.ts',
    find: 'function isMass(items: number, treeSize: number, { massDelete }: Policy): boolean {',
    replace: 'function isMass(items: number, treeSize: number, { massDelete }: Policy): boolean {\n  if (items > 0) return false;',
    why: 'everything is deleted everywhere without a question',
    scene: 'clearedOut',
  },
  {
    name: 'both-edited-takes-theirs',
    file: 'plan/content.ts',
    find: "if (agreed === here) ctx.emit({ op: 'download', id }, 'edited_there');",
    replace: "if (agreed !== there) ctx.emit({ op: 'download', id }, 'edited_there');",
    why: 'of two edits the one here is overwritten instead of kept beside the other',
  },
  {
    name: 'both-edited-takes-mine',
    file: 'plan/content.ts',
    find: "else if (agreed === there) ctx.emit({ op: 'upload', id }, 'edited_here');",
    replace: "else if (agreed === there || agreed !== undefined) ctx.emit({ op: 'upload', id }, 'edited_here');",
    why: 'of two edits the one there is overwritten instead of kept',
  },
  {
    name: 'replace-without-looking',
    file: 'apply/replace.ts',
    find: 'if (!sameFile(moved, planned.stat)) {',
    replace: "if (moved.kind !== 'file') {",
    why: 'a save in the moment of a download goes to the trash',
    scene: 'inTheWay',
  },
  {
    name: 'late-delete-takes-news',
    file: 'apply/delete-local.ts',
    find: 'if (changed !== undefined) {',
    replace: "if (changed !== undefined && changed === 'never') {",
    why: 'what was put into a folder while it was being deleted goes to the trash with it',
    scene: 'inTheWay',
  },
  {
    name: 'upload-on-a-newer-base',
    file: 'apply/cloud-changes.ts',
    find: 'if (remote?.revision !== planned?.revision) return replan([id]);',
    replace: 'if (remote === undefined && planned !== undefined) return replan([id]);',
    why: 'an upload overwrites what another device sent while it was under way',
    scene: 'overtaken',
  },
  {
    name: 'folder-deletion-blind',
    file: 'apply/cloud-changes.ts',
    find: "return remote.kind === 'folder' && seen !== undefined ? { ...base, seen } : base;",
    replace: 'return base;',
    why: 'deleting a folder takes along what others put into it meanwhile',
    scene: 'crossing',
  },
  {
    name: 'move-agrees-on-content',
    file: 'apply/commit-journal.ts',
    find: "if (entry.op === 'move') return synced?.kind === 'file' ? { ...agreed, hash: synced.hash } : undefined;",
    replace: "if (entry.op === 'move') return agreed;",
    why: 'an edit of another device is undone by a move here',
  },
  {
    name: 'cursor-not-rewound',
    file: 'apply/commit-journal.ts',
    find: 'if (moved) this.#putBack(write, journalId, sentAt);',
    replace: '',
    why: 'a change that came between a request and its answer is never seen',
    scene: 'relay',
  },
  {
    name: 'unanswered-never-asked',
    file: 'core/pull-loop.ts',
    find: 'await this.#replay()\n          .then(() => this.#readToEnd())',
    replace: 'await this.#readToEnd()',
    why: 'what a request did whose answer was lost is taken for what another device did: both versions are kept',
    scene: 'relay',
  },
  {
    name: 'replace-journal-never-ended',
    file: 'apply/replace.ts',
    find: '    write.deleteJournal(journalId);\n    if (kept === undefined) writeLine',
    replace: '    if (kept === undefined) writeLine',
    why: 'what was deleted since an update comes back at the next start, in the version before it',
  },
  {
    name: 'key-not-kept',
    file: 'transfer/committer.ts',
    find: 'drive.commit(entries, idempotencyKey, signal);',
    replace: 'drive.commit(entries, this.#parts.random.id() + idempotencyKey.slice(32), signal);',
    why: 'a request whose answer was lost is carried out twice',
    scene: 'relay',
  },
  {
    name: 'parked-forgotten',
    file: 'core/mending.ts',
    find: 'if (isNeeded) await recoverParked(this.#apply);',
    replace: '',
    why: 'after a crash an item stays out of sight for good',
    scene: 'oneThing',
  },
  {
    name: 'placed-without-folder-sync',
    file: 'apply/placer.ts',
    find: 'if ((await syncFolders(this.#parts, folders).catch(faultOf)) === undefined) return moved;',
    replace: 'return moved;',
    why: 'a power cut takes a downloaded file back, and that deletes it everywhere',
  },
  {
    name: 'epoch-change-is-deletion',
    file: 'core/pull-loop.ts',
    find: 'if (otherEpoch) write.deleteSynced(id);',
    replace: '',
    why: 'a cloud put back to a backup deletes what is newer on the devices',
  },
  {
    name: 'what-is-not-told-of-is-there',
    file: 'core/pull-loop.ts',
    find: 'if (!page.snapshot && page.last && store.unheard().some((id) => !told.has(id) && !answered.has(id))) {',
    replace: 'if (told.size < 0) {',
    why: 'what a cloud has lost that was put back to just before counts as synced, and is deleted for it later',
    scene: 'puttingBack',
  },
  {
    name: 'restored-state-wins',
    file: 'core/pull-loop.ts',
    find: 'for (const id of restored) write.deleteSynced(id);',
    replace: '',
    why: 'a cloud put back to a backup overwrites newer versions on the devices',
    scene: 'puttingBack',
  },
  {
    name: 'short-download-accepted',
    file: 'transfer/block-fetcher.ts',
    find: 'if (bytes.byteLength !== task.size) {',
    replace: 'if (bytes.byteLength > task.size) {',
    why: 'half of a file is taken for all of it',
  },
  {
    name: 'trash-purged-early',
    file: 'local/trash.ts',
    find: 'return nowMs - start > (keepDays + 2) * dayMs;',
    replace: 'return nowMs - start > (keepDays - 20) * dayMs;',
    why: 'what sync deleted is gone for good after ten days',
  },
  {
    name: 'children-keep-the-old-id',
    file: 'store/trees.ts',
    find: 'this.#rebindChildren.run(to, from);',
    replace: '',
    why: 'what is in a folder is lost to sight when the folder goes on under another id',
    scene: 'madeTwice',
  },
  {
    name: 'retry-never-comes',
    file: 'core/retries.ts',
    find: 'if (!told) next = Math.min(next, atMs);',
    replace: 'if (!told && next < 0) next = Math.min(next, atMs);',
    why: 'what failed once is never tried again',
  },
  {
    name: 'replanned-is-forgotten',
    file: 'core/plan-loop.ts',
    find: 'void this.#lookAgain([...idsOf(operation), ...outcome.touched], outcome.rescan, outcome.pull, this.#retries.churnPauseMs(id));',
    replace: 'void this.#lookAgain([], outcome.rescan, outcome.pull, this.#retries.churnPauseMs(id));',
    why: 'what came in between keeps an item from ever being synced',
  },
  {
    name: 'blocks-never-sent',
    file: 'transfer/uploader.ts',
    find: 'if (!missing.has(block.hash)) this.#done(block);',
    replace: 'if (block.size >= 0) this.#done(block);',
    why: 'a file is announced and its content never sent',
  },
  {
    name: 'stale-download-agreed',
    file: 'apply/placing-journal.ts',
    find: "write.putSynced({ kind: 'file', id, parentId, name, revision, hash });",
    replace:
      "const now = parts.store.remote.get(id);\n    write.putSynced({ kind: 'file', id, parentId, name, revision: now?.revision ?? revision, hash: now?.kind === 'file' ? now.content.hash : hash });",
    why: 'an older version is put in place and taken for the newest: it goes back to the cloud as an edit',
    scene: 'updating',
  },
  {
    name: 'restart-takes-half-a-listing',
    file: 'core/pull-loop.ts',
    find: '      } else if (page.last) {\n        write.clearUnheard();',
    replace: '      } else if (!page.last) write.setCursor(page.position);\n      else {\n        write.clearUnheard();',
    why: 'after a crash in the middle of a listing what was deleted elsewhere comes back',
    scene: 'listingAnew',
  },
  {
    name: 'deleted-issue-stays',
    file: 'core/plan-loop.ts',
    find: '      this.#retries.clear(id);\n      this.#issues.clear(id);\n    }\n  }',
    replace: '      this.#retries.clear(id);\n    }\n  }',
    why: 'trouble that is long over is listed for ever',
    scene: 'inTrouble',
  },
  {
    name: 'pause-after-a-plan-counts-sleep',
    file: 'core/plan-loop.ts',
    find: 'this.#costMs = clock.monotonic() - startedMs;',
    replace: 'this.#costMs = clock.monotonic();',
    why: 'nothing is synced for days',
  },
  {
    name: 'downloaded-without-sync',
    // The disk of the histories does what the real one is asked to: without its fsync the content is not there for good.
    file: 'fakes/disk/fake-disk.ts',
    find: '    this.volume.syncFile(inode);\n    return this.volume.statOf(inode);',
    replace: '    return this.volume.statOf(inode);',
    why: 'after a power cut a downloaded file is there and empty, and goes to the cloud like that',
  },
  {
    name: 'replaced-without-folder-sync',
    file: 'apply/replace.ts',
    find: 'await syncFolders(parts, [folderPath(target), folderPath(trash)]);',
    replace: '',
    why: 'a power cut takes an update back, and the older version is sent as an edit',
  },
  {
    name: 'folder-made-without-sync',
    file: 'apply/local-changes.ts',
    find: 'await syncFolders(parts, [parentPath(path)]);',
    replace: '',
    why: 'a power cut takes a new folder back, and it is deleted everywhere',
    scene: 'takenBack',
  },
  {
    name: 'put-back-without-folder-sync',
    file: 'apply/trash-can.ts',
    find: 'await syncFolders(parts, [folder, parentPath(from)]);',
    replace: '',
    why: 'a power cut leaves in the trash what was saved as it went there, and nothing says so',
    scene: 'takenBack',
  },
  {
    name: 'late-move-undoes-a-deletion',
    file: 'apply/local-changes.ts',
    find: 'remote === undefined ? local?.parentId === PARKED_ID : samePlace(remote, to);',
    replace: 'remote === undefined || samePlace(remote, to);',
    why: 'what another device renamed and deleted comes back as a new item',
    scene: 'heldUp',
  },
  {
    name: 'hidden-for-ever',
    file: 'core/plan-loop.ts',
    find: 'error === undefined ? ((await executor.uncover(operation)) ?? outcome) :',
    replace: 'error === undefined ? outcome :',
    also: [{ file: 'core/plan-loop.ts', find: "        if (operation.op === 'park_local') this.#outOfSight.hide(id);\n", replace: '' }],
    why: 'what was moved into a folder just before that went out of sight is not synced any more',
    scene: 'hiding',
  },
  {
    name: 'placed-over-a-name',
    file: 'apply/placer.ts',
    find: 'const faults = await disk.moveFiles(',
    replace:
      'for (const { target } of ready) await disk.removeFile(target).catch(() => undefined);\n    const faults = await disk.moveFiles(',
    why: 'a download takes the place of a file that somebody made there meanwhile',
    scene: 'inTheWay',
  },
  {
    name: 'updated-over-a-name',
    file: 'apply/replace.ts',
    find: '    await disk.moveFile(fetched.temp, target);\n  } catch',
    replace: '    await disk.removeFile(target).catch(() => undefined);\n    await disk.moveFile(fetched.temp, target);\n  } catch',
    why: 'a save in the middle of an update is overwritten',
    scene: 'inTheWay',
  },
  {
    name: 'ignored-unknown-in-its-folder',
    file: 'local/scan/reconcile.ts',
    find: '(holdsIgnored ? { holdsIgnored } : {})',
    replace: '(holdsIgnored ? {} : {})',
    why: 'a folder that was deleted elsewhere is in the way for good, or takes along what was never sent',
    scene: 'leftOut',
  },
  {
    name: 'ignored-meanwhile-is-deleted',
    file: 'plan/left-out.ts',
    find: "  if (ctx.synced(id)?.aside !== true) return false;\n  if (standing === 'gone_here')",
    replace: "  return false;\n  if (standing === 'gone_here')",
    also: [
      {
        file: 'plan/fates.ts',
        find: 'if (remote === undefined || synced === undefined || synced.aside === true ||',
        replace: 'if (remote === undefined || synced === undefined ||',
      },
    ],
    why: 'what was moved while a rule left it out is deleted everywhere when the rule goes',
    scene: 'leftOut',
  },
  {
    name: 'ignored-by-place-here-only',
    file: 'plan/context.ts',
    find: "const node = side === 'local' ? this.local(id) : this.remote(id);",
    replace: "const node = side === 'local' ? this.local(id) : undefined;",
    why: 'what a rule leaves out is taken for something that only the cloud has',
    scene: 'leftOut',
  },
  {
    name: 'not-kept-is-deleted',
    file: 'plan/left-out.ts',
    find: "if (standing === 'gone_here') ctx.emit({ op: 'revive_remote', id }, 'ignored');\n    return true;\n  }\n  if (ctx.synced",
    replace: "if (standing !== 'gone_here') return true;\n  }\n  if (ctx.synced",
    why: 'a folder that is not kept on one device any more is deleted on all',
    scene: 'choosing',
  },
  {
    name: 'not-kept-before-it-is-sent',
    file: 'apply/delete-local.ts',
    find: 'if (local === undefined || !isInTheCloud(parts.store, parts.scope(), local, true)) return replan([id]);',
    replace: 'if (local === undefined) return replan([id]);',
    why: 'what was edited a moment ago goes to the trash with a folder that is not kept here any more',
    scene: 'choosing',
  },
  {
    name: 'undo-overwrites',
    file: 'apply/undo/put-previous.ts',
    find: "if (item.kind !== 'file' || (await hashOf(parts, item)) !== now) throw",
    replace: "if (item.kind !== 'file') throw",
    why: 'undoing an old update takes what was written since along',
    scene: 'undoing',
  },
  {
    name: 'undo-takes-news-along',
    file: 'apply/undo/take-away.ts',
    find: 'if (!unchanged) throw',
    replace: "if (!unchanged && item.kind === 'folder' && item.name === '') throw",
    why: 'undoing a download deletes what was written since',
    scene: 'undoing',
  },
  {
    name: 'undone-without-journal-sync',
    file: 'apply/undo/put-previous.ts',
    find: '  store.sync();\n',
    replace: '',
    why: 'a power cut in the middle of an undo leaves the file in the trash, and it is deleted everywhere',
    scene: 'undoing',
  },
  {
    name: 'dropped-without-journal-sync',
    file: 'apply/delete-local.ts',
    find: '  store.sync();\n',
    replace: '',
    also: [{ file: 'core/methods/selection.ts', find: '    store.sync();\n', replace: '' }],
    why: 'a power cut as something leaves this device, where its folder is not kept, deletes it everywhere',
    scene: 'choosing',
  },
];

/** All that it changes; what makes up for it included. */
export const editsOf = ({ file, find, replace, also = [] }: Mutant): readonly Edit[] => [{ file, find, replace }, ...also];

export function mutantNamed(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (found === undefined) throw new Error(`no mutant is called ${name}; there are: ${MUTANTS.map((mutant) => mutant.name).join(', ')}`);
  return found;
}
