import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../contract/index.ts';
import type { LocalFile, RemoteFile, SyncedFile } from '../model/index.ts';
import { type ExplainFacts, explainItem, waitOfHeld, waitOfIssue } from './explain-item.ts';

const place = { id: '1', parentId: '0', name: 'a.txt' };
const content = { size: 1, hash: 'h', blocks: [] };
const stat = { kind: 'file', size: 1, dev: '1', ino: '1', birthtimeNs: '1', mtimeNs: '2', ctimeNs: '2', mode: 0o644, links: 1 } as const;
const local: LocalFile = { kind: 'file', ...place, stat, content };
const remote: RemoteFile = {
  kind: 'file',
  ...place,
  revision: 'r',
  content,
  mtimeMs: 0,
  executable: false,
  conflictOf: null,
  conflictDevice: null,
  modifiedBy: null,
  modifiedAt: 0,
};
const synced: SyncedFile = { kind: 'file', ...place, revision: 'r', hash: 'h' };
const settled: ExplainFacts = {
  remote,
  local,
  synced,
  issue: undefined,
  localOnly: false,
  ignoredBy: null,
  notKept: false,
  active: false,
  inConflict: false,
  questioned: false,
  held: null,
  decision: undefined,
  hindrance: undefined,
  steps: [],
  questionId: null,
  firstMergeId: null,
  unreadable: undefined,
  unseen: null,
};
const isNew: ExplainFacts = {
  ...settled,
  remote: undefined,
  synced: undefined,
  decision: { rule: 'new_here', waitsFor: [] },
  steps: ['upload'],
};
const issueOf = (
  code: 'file_busy' | 'quota_exceeded' | 'no_permission' | 'disk_failed' | 'name_clash',
  nextTryAt: number | null = null,
) => ({
  reason: { code, params: { path: 'a.txt', name: 'a.txt' } },
  nextTryAt,
});
const said = (facts: Partial<ExplainFacts>, base = isNew) => {
  const { state, rule, wait } = explainItem({ ...base, ...facts });
  return [state, rule, wait];
};

describe('explaining an item', () => {
  it('goes from what is in step to what comes next', () => {
    expect(said({}, settled)).toEqual(['synced', 'agreed', 'nothing']);
    expect(said({})).toEqual(['waiting', 'new_here', 'now']);
    expect(said({ active: true })).toEqual(['syncing', 'new_here', 'now']);
    expect(said({ steps: [], decision: { rule: 'waits_for_other', waitsFor: ['2'] } })).toEqual(['waiting', 'waits_for_other', 'other']);
    expect(said({ inConflict: true }, settled)).toEqual(['conflict', 'agreed', 'choice']);
  });

  it('puts what a person decided before everything else', () => {
    expect(said({ localOnly: true, held: { code: 'paused', params: {} } })).toEqual(['local_only', 'local_only', 'nothing']);
    expect(said({ ignoredBy: { code: 'ignored_by_rule', params: { rule: '*.bak' } }, issue: issueOf('no_permission') })).toEqual([
      'ignored',
      'ignored',
      'nothing',
    ]);
  });

  it('names what holds everything before what holds the item', () => {
    const held = (code: 'paused' | 'cloud_unreachable' | 'folder_missing' | 'device_revoked') =>
      said({ held: { code, params: {} }, issue: issueOf('quota_exceeded') })[2];
    expect([held('paused'), held('cloud_unreachable'), held('folder_missing'), held('device_revoked')]).toEqual([
      'paused',
      'network',
      'folder',
      'sign_in',
    ]);
  });

  it('names what ends an issue', () => {
    expect(said({ issue: issueOf('file_busy') })).toEqual(['waiting', 'in_use', 'quiet']);
    expect(said({ issue: issueOf('quota_exceeded') })).toEqual(['waiting', 'new_here', 'room']);
    expect(said({ issue: issueOf('disk_failed', 5) })).toEqual(['waiting', 'unknown_not_deleted', 'at']);
    expect(said({ issue: issueOf('no_permission', 5) })).toEqual(['error', 'unknown_not_deleted', 'at']);
    expect(said({ issue: issueOf('name_clash') })).toEqual(['error', 'name_not_possible', 'change']);
  });

  it('says which question is waited for, and gives the reason of the first merge', () => {
    expect(said({ questionId: 'q', questioned: true })).toEqual(['waiting', 'mass_deletion', 'question']);
    expect(said({ firstMergeId: 'first-merge' })).toEqual(['waiting', 'first_merge', 'question']);
    expect(explainItem({ ...isNew, firstMergeId: 'first-merge' }).reason).toMatchObject({ code: 'first_merge' });
    // What is the same on both sides has no part in it.
    expect(said({ firstMergeId: 'first-merge' }, settled)).toEqual(['synced', 'agreed', 'nothing']);
  });

  it('of what cannot be looked at says that it is not deleted', () => {
    const unreadable = { code: 'no_permission', params: { path: 'Closed' } } as const;
    expect(explainItem({ ...settled, unreadable })).toMatchObject({ state: 'waiting', rule: 'unknown_not_deleted', reason: unreadable });
    const away = { code: 'folder_missing', params: { path: '/home/ann/Tidemark' } } as const;
    expect(said({ unreadable: away }, settled)).toEqual(['waiting', 'unknown_not_deleted', 'folder']);
    // What a person decided holds whether the folder is there or not.
    expect(said({ unreadable: away, localOnly: true }, settled)).toEqual(['local_only', 'local_only', 'nothing']);
  });

  it('does not call in step what is not on the disk as it was last seen', () => {
    expect(said({ unseen: 'writing' }, settled)).toEqual(['waiting', 'in_use', 'quiet']);
    expect(said({ unseen: 'changed' }, settled)).toEqual(['waiting', 'read_first', 'look']);
    expect(said({ unseen: 'gone' }, settled)).toEqual(['waiting', null, 'look']);
    expect(said({ unseen: 'replaced' }, settled)).toEqual(['waiting', 'special', 'look']);
  });

  it('has something to wait for whatever the reason', () => {
    for (const code of errorCodes) {
      for (const nextTryAt of [null, 5]) expect(waitOfIssue({ code, params: {} }, nextTryAt)).toMatch(/^[a-z_]+$/);
      expect(waitOfHeld({ code, params: {} })).toMatch(/^(paused|folder|sign_in|network)$/);
    }
  });
});
